# Intervals for proportions, differences and ratios, in base R (no packages).
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2.
#
# It shares no formula with the package where it can be helped: Wilson limits come from stats::prop.test, and the most
# likely proportions under a given ratio solve the score equation numerically instead of by the quadratic.

z <- qnorm(0.975)
cases <- read.csv("cases.csv")

wilson <- function(x, n) suppressWarnings(as.numeric(prop.test(x, n, correct = FALSE)$conf.int))

newcombe <- function(x1, n1, x2, n2) {
  first <- wilson(x1, n1)
  second <- wilson(x2, n2)
  p1 <- x1 / n1
  p2 <- x2 / n2
  c(p1 - p2 - sqrt((p1 - first[1])^2 + (second[2] - p2)^2),
    p1 - p2 + sqrt((first[2] - p1)^2 + (p2 - second[1])^2))
}

# Most likely p2 when p1 = ratio * p2.
likely_p2 <- function(ratio, x1, n1, x2, n2) {
  top <- min(1, 1 / ratio)
  # Without failures in a group its factor drops out of the likelihood, and what is left solves by hand.
  if (x1 == n1 && x2 == n2) return(top)
  if (x1 == n1) return(min(top, (x1 + x2) / (n1 + n2)))
  if (x2 == n2) return(min(top, (x1 + x2) / (ratio * (n1 + n2))))
  slope <- function(p) { # derivative of the log likelihood times p (1 - p) (1 - ratio p): no poles
    (x1 + x2) * (1 - p) * (1 - ratio * p) -
      ratio * (n1 - x1) * p * (1 - p) - (n2 - x2) * p * (1 - ratio * p)
  }
  if (slope(top) >= 0) return(top)
  uniroot(slope, c(0, top), tol = .Machine$double.eps / 16, maxiter = 10000)$root
}

score <- function(log_ratio, x1, n1, x2, n2, inflate) {
  ratio <- exp(log_ratio)
  p2 <- likely_p2(ratio, x1, n1, x2, n2)
  p1 <- ratio * p2
  variance <- p1 * (1 - p1) / n1 + ratio^2 * p2 * (1 - p2) / n2
  if (inflate) variance <- variance * (n1 + n2) / (n1 + n2 - 1)
  (x1 / n1 - ratio * x2 / n2) / sqrt(variance)
}

ratio_limits <- function(x1, n1, x2, n2, inflate) {
  if (x1 == 0 && x2 == 0) return(c(NaN, NaN))
  centre <- log((max(x1, 0.5) / n1) / (max(x2, 0.5) / n2))
  solve_for <- function(target, from, to) {
    exp(uniroot(function(t) score(t, x1, n1, x2, n2, inflate) - target, c(from, to),
                tol = 1e-15, maxiter = 10000)$root)
  }
  nudge <- 1e-9 # the statistic is 0/0 at the estimate when every trial is a success
  low <- if (x1 == 0) 0 else solve_for(z, centre - 12, if (x2 == 0) centre + 12 else centre - nudge)
  high <- if (x2 == 0) Inf else solve_for(-z, if (x1 == 0) centre - 12 else centre + nudge, centre + 12)
  c(low, high)
}

katz <- function(x1, n1, x2, n2) {
  if (x1 == 0 || x2 == 0) return(c(NaN, NaN))
  log((x1 / n1) / (x2 / n2)) + c(-1, 1) * z * sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
}

line <- function(case, method, limits) {
  cat(paste(c(sprintf("%.1f", unlist(case)), method, sprintf("%.17g", limits)), collapse = ","), "\n", sep = "")
}

cat("x1,n1,x2,n2,method,low,high\n")
for (row in seq_len(nrow(cases))) {
  case <- cases[row, ]
  with(case, {
    line(case, "wilson", wilson(x1, n1))
    line(case, "newcombe", newcombe(x1, n1, x2, n2))
    line(case, "koopman", ratio_limits(x1, n1, x2, n2, FALSE))
    line(case, "miettinen_nurminen", ratio_limits(x1, n1, x2, n2, TRUE))
    line(case, "katz", exp(katz(x1, n1, x2, n2)))
  })
}
