# Effects, in standard errors, that a two-sided t test finds with a given probability.
#
# Run from this folder: Rscript make_power.R > power.csv
# The tests read power.csv and need no R. Written with R 4.2.2 (base only).

cat("df,alpha,power,effect\n")
for (df in c(1, 2, 3, 6, 29, 209, 5000, Inf)) {
  for (alpha in c(0.05, 0.01)) {
    for (power in c(0.5, 0.8, 0.95)) {
      critical <- qt(1 - alpha / 2, df)
      short <- function(effect) {
        pt(critical, df, effect, lower.tail = FALSE) + pt(-critical, df, effect) - power
      }
      # pt refuses noncentralities above 37.62; for 1 degree of freedom at the level of 0.01 they are needed
      if (short(37) < 0) next
      effect <- suppressWarnings(uniroot(short, c(0, 37), tol = 1e-14, maxiter = 10000)$root)
      cat(sprintf("%.17g", c(df, alpha, power, effect)), sep = ",")
      cat("\n")
    }
  }
}
