# Adjusted p-values, with tests of the family that have none.
#
# Run from this folder: Rscript make_p_adjust.R > p_adjust.csv
# The tests read p_adjust.csv and need no R. Written with R 4.2.2 (base only).
#
# p.adjust leaves NA out of the family unless it is told the size of the family, as here.

families <- list(
  six = c(0.001, 0.012, 0.03, 0.04, 0.2, 0.9),
  ties = c(0.01, 0.01, 0.5, 0.02, 1, 0.02),
  gaps = c(0.004, NA, 0.021, NA, 0.03, 0.7, NA),
  one = 0.03,
  wide = c(1e-12, (1:44) / 50)
)

cat("family,position,method,p_value,adjusted\n")
for (name in names(families)) {
  p <- families[[name]]
  for (method in c("holm", "BH", "BY")) {
    adjusted <- rep(NA_real_, length(p))
    adjusted[!is.na(p)] <- p.adjust(p[!is.na(p)], method, n = length(p))
    for (i in seq_along(p)) {
      cat(name, i, tolower(method), if (is.na(p[i])) "" else sprintf("%.17g", p[i]),
          if (is.na(p[i])) "" else sprintf("%.17g", adjusted[i]), sep = ",")
      cat("\n")
    }
  }
}
