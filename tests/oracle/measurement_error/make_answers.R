# Slopes corrected for the error of the exposure: moments with a dummy for each fixed effect, and SIMEX beside them.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2 (base only).
#
# Nothing is taken out by centring here: the matrix that leaves the other columns is built in full, and its diagonal
# says how much of each row's error remains. Fieller's limits are searched for as the nulls at which the t statistic of
# the sum of the moments reaches the critical value, one after the other, without solving the quadratic.
#
# SIMEX (Cook and Stefanski 1994) adds more error, so many times the known variance, and extrapolates to none. In a linear
# model the inverse of the expected slope is a straight line in the added error, so that line is the extrapolant.

panel <- read.csv("panel.csv")
cat("model,weighted,kind,n,clusters,reliability,reliability_low,reliability_high,observed,estimate,std_error,low,high,df,simex,simex_error\n")

remaining <- function(others, root) {
  z <- others * root
  q <- qr(z)
  basis <- qr.Q(q)[, seq_len(q$rank), drop = FALSE]
  list(matrix = diag(nrow(z)) - tcrossprod(basis), rank = q$rank)
}

correct <- function(model, weighted, kind, simulate = FALSE) {
  root <- if (weighted) sqrt(panel$weight) else rep(1, nrow(panel))
  others <- model.matrix(if (model == "ols") ~ z else ~ z + factor(entity) + factor(time), panel)
  left <- remaining(others, root)
  m <- left$matrix
  x <- as.vector(m %*% (root * panel$w))
  y <- as.vector(m %*% (root * panel$y))
  noise <- diag(m) * root^2 * panel$v
  n <- nrow(panel)
  parameters <- left$rank + 1
  reliability <- (sum(x^2) - sum(noise)) / sum(x^2)
  estimate <- sum(x * y) / (sum(x^2) - sum(noise))

  # how much of the variance a convention takes: the groups, the factor, degrees of freedom, and HC3's divisor
  group <- if (kind %in% c("CR0", "CR1")) panel$entity else seq_len(n)
  groups <- length(unique(group))
  k <- if (model == "ols") parameters else 2 + length(unique(panel$time))  # entities lie within their clusters: as one
  factor <- switch(kind, CR0 = 1, CR1 = groups / (groups - 1) * (n - 1) / (n - k), HC1 = n / (n - parameters), HC3 = 1)
  df <- if (kind %in% c("CR0", "CR1")) groups - 1 else n - parameters
  leverage <- 1 - diag(m) + x^2 / sum(x^2)
  divisor <- if (kind == "HC3") 1 - leverage else 1
  critical <- qt(0.975, df)
  spread <- function(moment) {
    by_group <- tapply(moment / divisor, group, sum)
    factor * sum((by_group - mean(by_group))^2)
  }
  moment <- function(b) x * (y - b * x) + b * noise
  std_error <- sqrt(spread(moment(estimate))) / (sum(x^2) - sum(noise))
  half <- critical * sqrt(spread(x^2 - noise - reliability * x^2)) / sum(x^2)

  t_of <- function(b) abs(sum(moment(b))) / sqrt(spread(moment(b))) - critical
  limit <- function(side) {
    step <- std_error
    while (t_of(estimate + side * step) < 0 && step < 1e6 * std_error) step <- 1.5 * step
    if (step >= 1e6 * std_error) return(side * Inf)
    uniroot(t_of, sort(estimate + side * c(0, step)), tol = 1e-15 * abs(estimate), maxiter = 10000)$root
  }

  simex <- c(NA, NA)
  if (simulate) {
    set.seed(1)
    added <- rep(c(0, 0.5, 1, 1.5, 2), each = 400)
    # The estimate of one simulated data set: its slope against the part that the added error leaves.
    slopes <- sapply(added, function(a) {
      more <- as.vector(m %*% (root * (panel$w + sqrt(a * panel$v) * rnorm(n))))
      sum(more * y) / sum(more^2)
    })
    of_mean <- tapply(slopes, added, mean)
    extrapolate <- function(mean_slopes) {
      1 / sum(coef(lm(1 / mean_slopes ~ as.numeric(names(of_mean)))) * c(1, -1))
    }
    again <- replicate(200, extrapolate(tapply(slopes, added, function(s) mean(sample(s, replace = TRUE)))))
    simex <- c(extrapolate(of_mean), sd(again))
  }
  numbers <- c(n, if (kind %in% c("CR0", "CR1")) groups else 0, reliability, reliability - half,
               min(reliability + half, 1), sum(x * y) / sum(x^2), estimate, std_error, limit(-1), limit(1), df, simex)
  cat(paste(c(model, weighted, kind, sprintf("%.17g", numbers)), collapse = ","), "\n", sep = "")
}

for (weighted in c(FALSE, TRUE)) {
  for (kind in c("HC1", "HC3", "CR0", "CR1")) correct("ols", weighted, kind, simulate = kind == "CR1")
  for (kind in c("CR0", "CR1")) correct("twfe", weighted, kind, simulate = kind == "CR1")
}
