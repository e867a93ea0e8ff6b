# Series for the trend answers: simulated percentages with known sampling variances, three to nine years, with gaps.
# Run from this folder: Rscript make_cases.R > cases.csv
set.seed(20260331)
cat("set,series,year,y,v\n")
series <- function(set, s, years, level, slope, tau, base) {
  v <- 100^2 * 0.2 * 0.8 / base
  y <- level + slope * (years - 2021) + rnorm(length(years), 0, tau) + rnorm(length(years), 0, sqrt(v))
  cat(sprintf("%s,%d,%d,%.17g,%.17g\n", set, s, years, y, v), sep = "")
}
every <- 2017:2025
draw <- function(k) sort(sample(every, k))
sizes <- c(3, 4, 5, 6, 7, 8, 9, 9)
for (s in seq_along(sizes)) {
  k <- sizes[s]
  series("noisy", s, draw(k), 8, -0.6, 3, round(runif(k, 60, 900)))
  series("quiet", s, draw(k), 8, -1.5, 0, round(runif(k, 60, 900)))
}
for (s in 1:6) series("large", s, draw(sizes[s + 2]), 1, -0.9, 0.4, round(runif(sizes[s + 2], 3000, 9000)))
for (s in 1:12) series("many", s, every, 8 + rnorm(1, 0, 3), -0.5 + rnorm(1, 0, 0.6), 1.5, round(runif(9, 80, 2000)))
