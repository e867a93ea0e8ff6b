# Mantel-Haenszel ratios, odds ratios and differences by metafor's rma.mh.
#
# Run from this folder: Rscript make_answers.R
# Writes cases.csv (made up here, seeded) and answers.csv; the tests need no R. Written with R 4.2.2, metafor 3.8-1.

suppressMessages(library(metafor))
set.seed(1959)
sets <- list(few_large = c(4, 2000), many_small = c(60, 25), uneven = c(12, 300))
cases <- do.call(rbind, lapply(names(sets), function(name) {
  k <- sets[[name]][1]
  size <- sets[[name]][2]
  n1 <- rpois(k, size) + 1
  n2 <- rpois(k, size / 4) + 1
  base <- rbeta(k, 2, 18)
  data.frame(set = name, x1 = rbinom(k, n1, base), n1 = n1, x2 = rbinom(k, n2, pmin(1, 1.4 * base)), n2 = n2)
}))
write.csv(cases, "cases.csv", row.names = FALSE, quote = FALSE)

out <- file("answers.csv", "w")
writeLines("set,measure,estimate,std_error,low,high", out)
for (name in names(sets)) {
  part <- cases[cases$set == name, ]
  for (measure in c("RR", "OR", "RD")) {
    fit <- rma.mh(ai = x1, n1i = n1, ci = x2, n2i = n2, data = part, measure = measure, add = 0, drop00 = FALSE,
                  correct = FALSE)
    scale <- if (measure == "RD") identity else exp
    writeLines(sprintf("%s,%s,%.17g,%.17g,%.17g,%.17g", name, measure, scale(fit$beta[1]), fit$se,
                       scale(fit$ci.lb), scale(fit$ci.ub)), out)
  }
}
close(out)
