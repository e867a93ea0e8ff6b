# A panel whose exposure is measured with error of known, unequal variance.
#
# Run from this folder: Rscript make_data.R > panel.csv
# The tests read panel.csv and need no R. Written with R 4.2.2 (base only).
#
# truth: y = 0.4 * x + 0.3 * z + effects of entity and time + noise; w is x with an error of variance v. A tenth of the
# rows is missing, and `weight` is a precision.

set.seed(20261122)
entities <- 40
times <- 7
panel <- expand.grid(time = seq_len(times), entity = seq_len(entities))
n <- nrow(panel)
level <- rnorm(entities)[panel$entity]
year <- rnorm(times)[panel$time]
panel$z <- 0.5 * level + rnorm(n)
x <- 2 * level + year + 0.4 * panel$z + 2 * rnorm(n)
panel$v <- 2.5 * exp(0.6 * rnorm(entities))[panel$entity] * runif(n, 0.7, 1.3)
panel$w <- x + sqrt(panel$v) * rnorm(n)
panel$y <- 0.4 * x + 0.3 * panel$z + level + year + rnorm(entities)[panel$entity] + rnorm(n)
panel$weight <- round(runif(n, 20, 300))
panel <- panel[runif(n) > 0.1, c("entity", "time", "y", "w", "z", "v", "weight")]
cat(paste(names(panel), collapse = ","), "\n", sep = "")
for (i in seq_len(nrow(panel))) cat(sprintf("%.17g", unlist(panel[i, ])), sep = ",", fill = 1000)
