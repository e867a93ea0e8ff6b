# Trends: meta-regression on the year by metafor, ordinary least squares by lm, the way to zero by root finding.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2 and metafor 3.8-1.
#
# metafor's search for Paule and Mandel's variance stops early by default (1e-4), so it is told to go on to the end.
# "adhoc" is Knapp and Hartung's interval with a factor of no less than 1; "knha" the one without that floor.
# The way to zero does not use Fieller's formula: it looks for the years at which a limit of the prediction is zero.

suppressMessages(library(metafor))
cases <- read.csv("cases.csv")
search <- list(threshold = 1e-15, tol = 1e-15, maxiter = 100000)
now <- 2025

line <- function(set, series, method, quantity, values) {
  cat(sprintf("%s,%s,%s,%s,%d,%.17g\n", set, series, method, quantity, seq_along(values), values), sep = "")
}

crossings <- function(limit, from = -400, to = 400) {
  grid <- seq(from, to, by = 0.25)
  value <- limit(grid)
  where <- which(head(value, -1) * tail(value, -1) < 0)
  sapply(where, function(i) uniroot(limit, grid[i + 0:1], tol = 1e-13)$root)
}

way <- function(set, series, method, limits) {
  roots <- unlist(lapply(c("lower", "upper"), function(side) crossings(function(x) limits(x)[[side]])))
  line(set, series, method, "crossings", c(length(roots), sort(roots)))
}

cat("set,series,method,quantity,position,value\n")
for (set in unique(cases$set)) {
  for (s in unique(cases$series[cases$set == set])) {
    rows <- cases[cases$set == set & cases$series == s, ]
    rows$x <- rows$year - now
    for (test in c("adhoc", "knha")) {
      fit <- rma(y, v, mods = ~ x, data = rows, method = "PM", test = test, control = search)
      line(set, s, test, "slope", c(fit$beta[2], fit$se[2], fit$ci.lb[2], fit$ci.ub[2]))
      line(set, s, test, "height", c(fit$beta[1], fit$ci.lb[1], fit$ci.ub[1]))
      line(set, s, test, "tau2", fit$tau2)
      line(set, s, test, "q", fit$QE)
    }
    fit <- rma(y, v, mods = ~ x, data = rows, method = "PM", test = "adhoc", control = search)
    way(set, s, "adhoc", function(x) {
      p <- predict(fit, newmods = x)
      list(lower = p$ci.lb, upper = p$ci.ub)
    })
    least <- lm(y ~ x, data = rows)
    line(set, s, "lm", "slope", c(coef(least)[2], sqrt(vcov(least)[2, 2]), confint(least)[2, ]))
    line(set, s, "lm", "height", c(coef(least)[1], confint(least)[1, ]))
    way(set, s, "lm", function(x) {
      p <- predict(least, data.frame(x = x), interval = "confidence")
      list(lower = p[, "lwr"], upper = p[, "upr"])
    })
  }
  # One excess variance for all series of a set: each has its own height and slope in one regression.
  rows <- cases[cases$set == set, ]
  rows$x <- rows$year - now
  rows$series <- factor(rows$series)
  fit <- rma(y, v, mods = ~ 0 + series + series:x, data = rows, method = "PM", test = "z", control = search)
  slopes <- grep(":x", rownames(fit$beta))
  line(set, "all", "common", "tau2", fit$tau2)
  line(set, "all", "common", "slope", fit$beta[slopes])
  line(set, "all", "common", "slope_se", fit$se[slopes])
}
