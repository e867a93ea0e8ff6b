# Shrinkage: random-effects meta-analysis by metafor, the beta-binomial in base R.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2 and metafor 3.8-1.
#
# metafor's searches stop early by default (PM and the Q-profile at 1e-4, REML at 1e-5), so all are told to go on to the
# end. The beta-binomial solves the two score equations one inside the other, for the mean given the concentration and
# then for the concentration; the package maximises over both at once, on another scale.

suppressMessages(library(metafor))
cases <- read.csv("cases.csv")
search <- list(threshold = 1e-15, tol = 1e-15, maxiter = 100000)

line <- function(set, method, quantity, values) {
  cat(sprintf("%s,%s,%s,%d,%.17g\n", set, method, quantity, seq_along(values), values), sep = "")
}

log_ratios <- function(cases) {
  effects <- escalc("RR", ai = x1, n1i = n1, ci = x2, n2i = n2, data = cases, add = 1 / 2, to = "only0")
  list(y = as.numeric(effects$yi), v = as.numeric(effects$vi))
}

random_effects <- function(set, y, v) {
  for (method in c("PM", "REML", "DL")) {
    fit <- rma(y, v, method = method, test = "z", control = search)
    knapp <- rma(y, v, method = method, test = "adhoc", control = search)
    line(set, method, "mu", fit$beta[1])
    line(set, method, "mu_se", fit$se)
    line(set, method, "tau2", fit$tau2)
    line(set, method, "q", fit$QE)
    line(set, method, "i2", fit$I2 / 100)
    line(set, method, "normal", c(fit$ci.lb, fit$ci.ub))
    line(set, method, "hartung_knapp", c(knapp$ci.lb, knapp$ci.ub))
    line(set, method, "tau2_limits", as.numeric(confint(fit, control = search)$random["tau^2", 2:3]))
    if (fit$tau2 > 0) {
      unit <- blup(fit)
      line(set, method, "blup", unit$pred)
      line(set, method, "blup_se", unit$se)
    }
  }
}

# Score equations of the beta-binomial, in the mean p and the concentration m = alpha + beta.
score_p <- function(p, m, x, n) sum(digamma(x + m * p) - digamma(m * p) - digamma(n - x + m - m * p) + digamma(m - m * p))
score_m <- function(p, m, x, n) {
  sum(p * (digamma(x + m * p) - digamma(m * p)) + (1 - p) * (digamma(n - x + m - m * p) - digamma(m - m * p)) +
        digamma(m) - digamma(n + m))
}
beta_binomial <- function(set, x, n) {
  best_p <- function(m) uniroot(score_p, c(1e-9, 1 - 1e-9), m = m, x = x, n = n, tol = 1e-16, maxiter = 10000)$root
  log_m <- uniroot(function(t) score_m(best_p(exp(t)), exp(t), x, n), c(0, 12), tol = 1e-15, maxiter = 10000)$root
  m <- exp(log_m)
  a <- best_p(m) * m
  b <- m - a
  line(set, "beta_binomial", "alpha_beta", c(a, b))
  line(set, "beta_binomial", "mean", (a + x) / (a + b + n))
  line(set, "beta_binomial", "low", qbeta(0.025, a + x, b + n - x))
  line(set, "beta_binomial", "high", qbeta(0.975, a + x, b + n - x))
  # By integrating prior times likelihood, without the formula of the posterior.
  top <- sum(x) / sum(n)
  above <- mapply(function(x, n) {
    log_density <- function(p) (a + x - 1) * log(p) + (b + n - x - 1) * log1p(-p)
    peak <- optimize(log_density, c(1e-12, 1 - 1e-12), maximum = TRUE, tol = 1e-12)
    wide <- 25 * sqrt(peak$maximum * (1 - peak$maximum) / (a + b + n))
    from <- max(0, peak$maximum - wide)
    to <- min(1, peak$maximum + wide)
    density <- function(p) exp(log_density(p) - peak$objective)
    part <- function(l, u) if (l >= u) 0 else integrate(density, l, u, rel.tol = 1e-12, subdivisions = 1000)$value
    upper <- part(max(from, min(top, to)), to)
    upper / (upper + part(from, min(to, max(top, from))))
  }, x, n)
  line(set, "beta_binomial", "above_pooled", above)
}

cat("set,method,quantity,position,value\n")
for (set in c("bcg", "spread", "alike")) {
  rows <- cases[cases$set == set, ]
  ratios <- log_ratios(rows)
  line(set, "log_ratio", "estimate", ratios$y)
  line(set, "log_ratio", "variance", ratios$v)
  random_effects(set, ratios$y, ratios$v)
  if (set != "alike") beta_binomial(set, rows$x1, rows$n1)
}
