# Trends whose years resemble one another: generalised least squares by nlme at a fixed correlation.
#
# Run from this folder: Rscript make_serial.R > serial.csv
# The tests read serial.csv and need no R. Written with R 4.2.2 and nlme 3.1-162.
#
# corAR1 counts positions, so a gap between years is given to it by corCAR1, whose correlation is rho to the distance;
# without gaps the two are the same, and both are written where there is none. Residual degrees of freedom are n - 2.
# With sampling variances beside it: metafor's multilevel regression (3.8-1) at a fixed correlation and excess variance.

suppressMessages({
  library(nlme)
  library(metafor)
})
cases <- read.csv("cases.csv")
now <- 2025

line <- function(set, series, method, rho, quantity, values) {
  cat(sprintf("%s,%s,%s,%.17g,%s,%d,%.17g\n", set, series, method, rho, quantity, seq_along(values), values), sep = "")
}

cat("set,series,method,rho,quantity,position,value\n")
for (set in unique(cases$set)) {
  for (s in unique(cases$series[cases$set == set])) {
    rows <- cases[cases$set == set & cases$series == s, ]
    rows$x <- rows$year - now
    for (rho in c(0.3, 0.6, 0.9)) {
      kinds <- list(car1 = corCAR1(rho, form = ~ x, fixed = TRUE))
      if (all(diff(rows$year) == 1)) kinds$ar1 <- corAR1(rho, form = ~ x, fixed = TRUE)
      for (kind in names(kinds)) {
        fit <- gls(y ~ x, data = rows, correlation = kinds[[kind]], method = "REML")
        reach <- qt(0.975, nrow(rows) - 2) * sqrt(diag(vcov(fit)))
        line(set, s, kind, rho, "slope", c(coef(fit)[2], sqrt(vcov(fit)[2, 2]), coef(fit)[2] + c(-1, 1) * reach[2]))
        line(set, s, kind, rho, "height", c(coef(fit)[1], coef(fit)[1] + c(-1, 1) * reach[1]))
        line(set, s, kind, rho, "sigma2", fit$sigma^2)
      }
      both <- rma.mv(y, v, mods = ~ x, random = ~ x | set, struct = "CAR", tau2 = 2, rho = rho, data = rows)
      line(set, s, "sampled", rho, "slope", c(both$beta[2], both$se[2]))
      rest <- rows$y - fitted(both)
      line(set, s, "sampled", rho, "squares", drop(rest %*% solve(both$M, rest)))
    }
  }
}
