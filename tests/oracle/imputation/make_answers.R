# Pooling by Rubin's rules, and a regression on imputed data.
#
# Run from this folder: Rscript make_answers.R
# It writes pooled.csv, gaps.csv and slope.csv. The tests read them and need no R. Written with R 4.2.2, mice 3.15.0.

suppressMessages(library(mice))

numbers <- function(...) paste(sprintf("%.17g", c(...)), collapse = ",")

# 1. pool.scalar: a few estimates (q) with squared errors (u), with many and with few degrees of freedom.
cases <- list(
  list(q = c(0.52, 0.61, 0.47, 0.58, 0.50), u = c(0.04, 0.05, 0.045, 0.041, 0.048), n = Inf, k = 1),
  list(q = c(0.52, 0.61, 0.47, 0.58, 0.50), u = c(0.04, 0.05, 0.045, 0.041, 0.048), n = 42, k = 1),
  list(q = c(-1.2, 0.4, 2.9), u = c(0.1, 0.2, 0.15), n = 30, k = 2),
  list(q = sin(1:20) / 10, u = 0.01 + cos(1:20)^2 / 100, n = 210, k = 1)
)
lines <- "case,df_complete,q,u,estimate,within,between,total,df,increase,missing_information"
for (number in seq_along(cases)) {
  one <- cases[[number]]
  found <- pool.scalar(one$q, one$u, n = one$n, k = one$k)
  lines <- c(lines, paste(number, one$n - one$k, paste(sprintf("%.17g", one$q), collapse = " "),
    paste(sprintf("%.17g", one$u), collapse = " "),
    numbers(found$qbar, found$ubar, found$b, found$t, found$df, found$r, found$fmi), sep = ","))
}
writeLines(lines, "pooled.csv")

# 2. Bayesian linear regression imputation (mice's "norm") of a bivariate normal: values of x are missing more often where
# y is high. 400 data sets, so that what is left of chance in the pooled slope is small.
set.seed(20261122)
n <- 300
x <- rnorm(n)
y <- 0.5 * x + rnorm(n)
x[runif(n) < plogis(y)] <- NA
gaps <- data.frame(x = x, y = y)
write.csv(format(gaps, digits = 17), "gaps.csv", row.names = FALSE, quote = FALSE)
sets <- mice(gaps, m = 400, method = c("norm", ""), maxit = 5, printFlag = FALSE, seed = 1)
found <- summary(pool(with(sets, lm(y ~ x))))
more <- pool(with(sets, lm(y ~ x)))$pooled
writeLines(c("estimate,std_error,between,m", numbers(found$estimate[2], found$std.error[2], more$b[2], 400)), "slope.csv")
