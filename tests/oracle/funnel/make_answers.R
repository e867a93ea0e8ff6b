# Funnel limits with overdispersion, in base R (no packages).
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2.
#
# The published formulas, on the cases of the folder shrinkage beside this one: Spiegelhalter DJ (2005), Statistics in
# Medicine 24:1185-1202, and (2005) Quality and Safety in Health Care 14:347-351. Winsorising sets what lies beyond the
# 10th and 90th percentile (quantile type 7) to these. Sums are written out, unit by unit.

cases <- read.csv("../shrinkage/cases.csv")
z95 <- qnorm(0.975)
z998 <- qnorm(0.999)

line <- function(set, kind, quantity, values) {
  cat(sprintf("%s,%s,%s,%d,%.17g\n", set, kind, quantity, seq_along(values), values), sep = "")
}

dispersion <- function(z, s) {
  limits <- quantile(z, c(0.1, 0.9), names = FALSE)
  total <- 0
  for (value in z) total <- total + min(max(value, limits[1]), limits[2])^2
  n <- length(z)
  phi <- total / n
  sum_w <- 0
  sum_w2 <- 0
  for (error in s) {
    sum_w <- sum_w + 1 / error^2
    sum_w2 <- sum_w2 + 1 / error^4
  }
  tau2 <- if (n * phi < n - 1) 0 else (n * phi - (n - 1)) / (sum_w - sum_w2 / sum_w)
  c(phi, tau2)
}

# natural: target on the scale of the data; there, back: to the scale of the z-scores and back again;
# error_at: standard error at a size.
funnel <- function(set, kind, y, s, natural, there, back, error_at, sizes) {
  centre <- there(natural)
  z <- (y - centre) / s
  found <- dispersion(z, s)
  line(set, kind, "target", natural)
  line(set, kind, "phi", found[1])
  line(set, kind, "tau2", found[2])
  line(set, kind, "z", z)
  line(set, kind, "z_adjusted", (y - centre) / sqrt(s^2 + found[2]))
  for (adjusted in c(FALSE, TRUE)) {
    wide <- sqrt(error_at(sizes)^2 + if (adjusted) found[2] else 0)
    word <- if (adjusted) "adjusted" else "plain"
    line(set, kind, paste0(word, "_low_95"), back(centre - z95 * wide))
    line(set, kind, paste0(word, "_high_95"), back(centre + z95 * wide))
    line(set, kind, paste0(word, "_low_998"), back(centre - z998 * wide))
    line(set, kind, paste0(word, "_high_998"), back(centre + z998 * wide))
  }
}

cat("set,kind,quantity,position,value\n")
for (name in c("bcg", "spread", "alike")) {
  rows <- cases[cases$set == name, ]
  with(rows, {
    # Proportions. A limit below 0 or above 1 on the arcsine scale is 0 or 1.
    funnel(name, "proportion", asin(sqrt(x1 / n1)), 1 / (2 * sqrt(n1)), sum(x1) / sum(n1),
           function(p) asin(sqrt(p)), function(y) ifelse(y < 0, 0, ifelse(y > pi / 2, 1, sin(y)^2)),
           function(n) 1 / (2 * sqrt(n)), c(50, 500, 5000))
    # Ratio of two counts.
    ratio <- sum(x1) / sum(x2)
    funnel(name, "count_ratio", log((x1 + 0.5) / (x2 + 0.5)), sqrt(x1 / (x1 + 0.5)^2 + x2 / (x2 + 0.5)^2), ratio, log, exp,
           function(b) sqrt(ratio * b / (ratio * b + 0.5)^2 + b / (b + 0.5)^2), c(5, 50, 500))
    # Difference of two proportions, with the unpooled error, about no difference.
    p <- x1 / n1
    q <- x2 / n2
    s <- sqrt(p * (1 - p) / n1 + q * (1 - q) / n2)
    funnel(name, "difference", p - q, s, 0, identity, identity, function(precision) sqrt(1 / precision), c(1e2, 1e4, 1e6))
    # Log risk ratio, with half added to the four cells where one is zero, about the mean weighted by precision.
    add <- ifelse(x1 == 0 | x2 == 0 | x1 == n1 | x2 == n2, 0.5, 0)
    y <- log((x1 + add) / (n1 + 2 * add)) - log((x2 + add) / (n2 + 2 * add))
    s <- sqrt(1 / (x1 + add) - 1 / (n1 + 2 * add) + 1 / (x2 + add) - 1 / (n2 + 2 * add))
    funnel(name, "log_ratio", y, s, exp(sum(y / s^2) / sum(1 / s^2)), log, exp, function(precision) sqrt(1 / precision),
           c(1, 10, 100))
  })
}
