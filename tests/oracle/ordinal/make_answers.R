# Proportional-odds models: estimates, standard errors, effects and the check of proportional odds.
#
# Run from this folder: Rscript make_answers.R
# Writes the simulated data (small.csv, large.csv) and answers.csv, which the tests read: they need no R. Written with
# R 4.2.2, MASS 7.3-58, sandwich 3.0-2.
#
# With the names of other CSV files (y, cluster, then columns) only their answers are printed: see make_real.py.
# polr's default reltol of 1e-8 stops early. Delta-method errors here take central differences of the quantity as a
# whole, not formulas; Brant's test is made from glm fits, by model as in Brant (1990) and by cluster from estfun.

suppressMessages({
  library(MASS)
  library(sandwich)
})

simulate <- function(name, seed, clusters, size, cuts, slopes) {
  set.seed(seed)
  n <- clusters * size
  cluster <- rep(seq_len(clusters), each = size)
  x1 <- rnorm(clusters)[cluster] * 5 + rnorm(n) * 5 + 12
  x2 <- rnorm(n)
  group <- (cluster %% 4) + 1
  x <- cbind(x1 = x1, x2 = x2, g2 = +(group == 2), g3 = +(group == 3), g4 = +(group == 4))[, seq_along(slopes)]
  y <- findInterval(drop(x %*% slopes) + 0.8 * rnorm(clusters)[cluster] + rlogis(n), cuts) + 1
  frame <- data.frame(y = y, cluster = cluster, w = sample(1:3, n, replace = TRUE), signif(x, 10))
  write.csv(frame, paste0(name, ".csv"), row.names = FALSE)
  read.csv(paste0(name, ".csv"))
}

line <- function(...) cat(paste(sapply(list(...), function(v) if (is.numeric(v)) sprintf("%.17g", v) else v),
                                collapse = ","), "\n", sep = "")

# Mean probability of each category at parameters p, with column j set to v where that is given.
shares <- function(p, x, w, k, j = NA, v = NA) {
  if (!is.na(j)) x[, j] <- v
  below <- plogis(outer(-drop(x %*% p[1:k]), p[-(1:k)], "+"))
  colSums(w * (cbind(below, 1) - cbind(0, below))) / sum(w)
}
effects_of <- function(p, x, w, k, j) {
  h <- 1e-4 * sd(x[, j])
  up <- x; up[, j] <- up[, j] + h
  down <- x; down[, j] <- down[, j] - h
  (shares(p, up, w, k) - shares(p, down, w, k)) / (2 * h)
}
slopes_of <- function(quantity, p, errors) {
  sapply(seq_along(p), function(i) {
    h <- 1e-4 * errors[i]
    (quantity(replace(p, i, p[i] + h)) - quantity(replace(p, i, p[i] - h))) / (2 * h)
  })
}

answers <- function(data, frame, weighted) {
  x <- as.matrix(frame[, setdiff(names(frame), c("y", "cluster", "w")), drop = FALSE])
  k <- ncol(x)
  frame$weight <- if (weighted) frame$w else 1
  frame$category <- factor(frame$y)
  right <- paste(colnames(x), collapse = " + ")
  # Columns of unit spread, for polr's optimiser; then back.
  spread <- apply(x, 2, sd)
  scaled <- frame
  scaled[, colnames(x)] <- sweep(x, 2, spread, "/")
  fit <- polr(as.formula(paste("category ~", right)), scaled, weights = weight, Hess = TRUE,
              control = list(reltol = 1e-15, maxit = 10000))
  back <- c(1 / spread, rep(1, length(fit$zeta)))
  p <- c(coef(fit), fit$zeta) * back
  rescale <- function(v) v * outer(back, back)
  covs <- list(model = rescale(vcov(fit)))
  if (!weighted) {
    covs$CR0 <- rescale(vcovCL(fit, cluster = frame$cluster, type = "HC0", cadjust = FALSE))
    covs$CR1 <- rescale(vcovCL(fit, cluster = frame$cluster, type = "HC1", cadjust = TRUE))
  }
  labels <- c(colnames(x), paste("threshold", seq_along(fit$zeta)))
  at <- quantile(x[, 1], c(0.1, 0.9), names = FALSE)
  line(data, weighted, "log_likelihood", "", "", "", "", as.numeric(logLik(fit)), "")
  for (kind in names(covs)) {
    errors <- sqrt(diag(covs[[kind]]))
    for (i in seq_along(p)) line(data, weighted, "coefficient", kind, labels[i], "", "", p[i], errors[i])
    told <- function(what, place, quantity) {
      values <- quantity(p)
      d <- slopes_of(quantity, p, errors)
      for (c in seq_along(values))
        line(data, weighted, what, kind, colnames(x)[1], place, levels(frame$category)[c], values[c],
             sqrt(drop(d[c, ] %*% covs[[kind]] %*% d[c, ])))
    }
    for (v in at) told("probability", v, function(p) shares(p, x, frame$weight, k, 1, v))
    told("effect", "", function(p) effects_of(p, x, frame$weight, k, 1))
  }
  if (!weighted) {
    for (j in seq_len(k)) scores_of(data, frame, x, p, sqrt(diag(covs$model)), j)
    tryCatch(brant(data, frame, x, right), error = function(e) line(data, FALSE, "no check", "", "", "", "", "", ""))
  }
}

# Score test of equal slopes of one column: its slope at every threshold but the first may differ by g. Gradient and
# Hessian at g = 0 are central differences of each row's log likelihood.
scores_of <- function(data, frame, x, p, errors, j) {
  k <- ncol(x)
  codes <- as.integer(frame$category)
  cuts <- max(codes) - 1
  rows <- function(q) {
    limits <- outer(-drop(x %*% q[1:k]), q[k + 1:cuts], "+") - outer(x[, j], c(0, q[-(1:(k + cuts))]))
    below <- cbind(0, plogis(limits), 1)
    log(below[cbind(seq_along(codes), codes + 1)] - below[cbind(seq_along(codes), codes)])
  }
  q <- c(p, rep(0, cuts - 1))
  h <- 1e-3 * c(errors, rep(errors[j], cuts - 1))
  gradient <- function(q) sapply(seq_along(q), function(i) (rows(replace(q, i, q[i] + h[i])) -
                                                            rows(replace(q, i, q[i] - h[i]))) / (2 * h[i]))
  hessian <- sapply(seq_along(q), function(i) (colSums(gradient(replace(q, i, q[i] + h[i]))) -
                                               colSums(gradient(replace(q, i, q[i] - h[i])))) / (2 * h[i]))
  new <- (length(p) + 1):length(q); old <- seq_along(p)
  s <- gradient(q)
  beside <- hessian[new, old] %*% solve(hessian[old, old])
  model <- -(hessian[new, new] - beside %*% hessian[old, new])
  summed <- rowsum(s[, new, drop = FALSE] - s[, old] %*% t(beside), frame$cluster)
  total <- colSums(s[, new, drop = FALSE])
  for (kind in c("model", "CR0")) {
    v <- if (kind == "model") model else t(summed) %*% summed
    w <- drop(t(total) %*% solve(v, total))
    line(data, FALSE, "score", kind, colnames(x)[j], length(new), "", w, pchisq(w, length(new), lower.tail = FALSE))
  }
}

brant <- function(data, frame, x, right) {
  k <- ncol(x)
  n <- nrow(frame)
  codes <- as.integer(frame$category)
  splits <- max(codes) - 1
  fits <- lapply(seq_len(splits), function(j) {
    frame$above <- +(codes > j)
    glm(as.formula(paste("above ~", right)), binomial, frame, control = glm.control(epsilon = 1e-14, maxit = 100))
  })
  b <- unlist(lapply(fits, function(f) coef(f)[-1]))
  z <- cbind(1, x)
  bread_of <- lapply(fits, function(f) solve(t(z) %*% (z * fitted(f) * (1 - fitted(f)))))
  model <- clustered <- matrix(0, k * splits, k * splits)
  groups <- length(unique(frame$cluster))
  for (j in seq_len(splits)) for (m in seq_len(splits)) {
    low <- fitted(fits[[min(j, m)]]); high <- fitted(fits[[max(j, m)]])
    meat <- t(z) %*% (z * (high - low * high))
    sums <- function(f) rowsum(estfun(f), frame$cluster)
    robust <- t(sums(fits[[j]])) %*% sums(fits[[m]])
    rows <- (j - 1) * k + 1:k; cols <- (m - 1) * k + 1:k
    model[rows, cols] <- (bread_of[[j]] %*% meat %*% bread_of[[m]])[-1, -1]
    clustered[rows, cols] <- (bread_of[[j]] %*% robust %*% bread_of[[m]])[-1, -1]
  }
  clustered <- clustered * groups / (groups - 1) * (n - 1) / (n - k - 1)
  wald <- function(d, v) drop(t(d) %*% solve(v, d))
  contrast <- cbind(1, -diag(splits - 1))
  for (kind in c("model", "CR1")) {
    v <- if (kind == "model") model else clustered
    for (i in seq_len(k)) {
      pick <- seq(i, k * splits, by = k)
      w <- wald(contrast %*% b[pick], contrast %*% v[pick, pick] %*% t(contrast))
      df <- splits - 1
      p <- if (kind == "model") pchisq(w, df, lower.tail = FALSE) else pf(w / df, df, groups - 1, lower.tail = FALSE)
      line(data, FALSE, "check", kind, colnames(x)[i], df, "", w, p)
    }
    every <- kronecker(contrast, diag(k))
    w <- wald(every %*% b, every %*% v %*% t(every))
    df <- k * (splits - 1)
    p <- if (kind == "model") pchisq(w, df, lower.tail = FALSE) else pf(w / df, df, groups - 1, lower.tail = FALSE)
    line(data, FALSE, "check", kind, "all", df, "", w, p)
    errors <- sqrt(diag(v))
    for (i in seq_along(b))
      line(data, FALSE, "split", kind, rep(colnames(x), splits)[i], (i - 1) %/% k + 2, "", b[i], errors[i])
  }
}

# The number of "check" is the Wald statistic, of "score" the score statistic, and its second number the p-value; elsewhere a standard error.
header <- "data,weighted,what,kind,column,at,category,value,second\n"
given <- commandArgs(trailingOnly = TRUE)
if (length(given)) {
  cat(header)
  for (file in given) answers(sub("[.]csv$", "", basename(file)), read.csv(file), FALSE)
} else {
  small <- simulate("small", 41, 30, 4, c(-0.5, 1.5, 3.5), c(0.12, -0.6))
  large <- simulate("large", 43, 120, 8, c(-2, -0.5, 1, 3), c(0.08, 0.4, 0.5, -0.3, 0.1))
  sink("answers.csv")
  cat(header)
  for (weighted in c(FALSE, TRUE)) {
    answers("small", small, weighted)
    answers("large", large, weighted)
  }
  sink()
}
