# Segmented regressions by lm with Newey-West errors by sandwich.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2, sandwich 3.0-2, lmtest 0.9-40.
#
# Bartlett weights, no prewhitening, the factor n/(n-k) (adjust = TRUE). Where months are missing sandwich would take the
# rows on either side for neighbours; for those two cases the estimates are lm's and the errors are worked out here, each
# missing month keeping its place with a score of 0. The tests compare these with statsmodels as well.

suppressMessages({
  library(sandwich)
})

cases <- read.csv("cases.csv", stringsAsFactors = FALSE)
cat("case,effects,lag,term,estimate,std_error,df\n")
for (name in unique(cases$case)) {
  one <- cases[cases$case == name, ]
  here <- !is.na(one$value)
  y <- ifelse(here, one$value, 0)
  x <- data.frame(level = 1, slope = one$t)
  breaks <- as.integer(strsplit(as.character(one$breaks[1]), " ")[[1]])
  for (number in seq_along(breaks)) {
    after <- one$t >= breaks[number]
    x[[paste0("step_", number)]] <- as.numeric(after)
    x[[paste0("change_", number)]] <- ifelse(after, one$t - breaks[number], 0)
  }
  for (effects in c(TRUE, FALSE)) {
    full <- x
    if (effects) for (month in 2:12) full[[paste0("month_", month)]] <- as.numeric(one$month == month)
    fit <- lm(y ~ . - 1, data = cbind(y = y, full), weights = as.numeric(here))
    n <- sum(here)
    k <- ncol(full)
    for (lag in c(0, 3, 6)) {
      # The rows of weight 0 are put back as rows of zero scores, in their places.
      scores <- as.matrix(full) * ifelse(here, y - as.matrix(full) %*% coef(fit), 0)
      bread <- solve(crossprod(as.matrix(full)[here, ]))
      if (all(here)) {
        cov <- NeweyWest(fit, lag = lag, prewhite = FALSE, adjust = TRUE)
      } else {
        meat <- crossprod(scores)
        for (step in seq_len(lag)) {
          cross <- crossprod(scores[-seq_len(step), ], scores[seq_len(nrow(scores) - step), ])
          meat <- meat + (1 - step / (lag + 1)) * (cross + t(cross))
        }
        cov <- bread %*% meat %*% bread * n / (n - k)
      }
      cat(sprintf("%s,%s,%d,%s,%.17g,%.17g,%d\n", name, if (effects) "yes" else "no", lag, names(full), coef(fit),
                  sqrt(diag(cov)), n - k), sep = "")
    }
  }
}
