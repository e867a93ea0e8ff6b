# Fractional logit: log odds and average effects, with standard errors by name.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2, sandwich 3.0-2.
#
# The average effect and its delta method are written out here from the coefficients and their covariance.

suppressMessages(library(sandwich))

line <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
digits <- function(x) sprintf("%.17g", x)

answers <- function(data, frame, formula, weighted) {
  frame$weight <- if (weighted) frame$w else rep(1, nrow(frame))
  fit <- glm(formula, quasibinomial, frame, weights = weight, control = glm.control(epsilon = 1e-15, maxit = 100))
  x <- model.matrix(fit)
  m <- fitted(fit)
  share <- frame$weight / sum(frame$weight)
  covariances <- list(
    HC1 = vcovHC(fit, type = "HC1"),
    HC3 = vcovHC(fit, type = "HC3"),
    CR0 = vcovCL(fit, cluster = frame$entity, type = "HC0", cadjust = FALSE),
    CR1 = vcovCL(fit, cluster = frame$entity, type = "HC1", cadjust = TRUE)
  )
  for (column in colnames(x)) {
    b <- coef(fit)[[column]]
    line(data, weighted, column, "coefficient", digits(b))
    for (kind in names(covariances)) line(data, weighted, column, kind, digits(sqrt(covariances[[kind]][column, column])))
    if (column == "(Intercept)") next
    line(data, weighted, column, "effect", digits(sum(share * m * (1 - m)) * b))
    gradient <- colSums(share * m * (1 - m) * (1 - 2 * m) * b * x)
    gradient[column] <- gradient[column] + sum(share * m * (1 - m))
    for (kind in names(covariances)) {
      line(data, weighted, column, paste0("effect_", kind), digits(sqrt(drop(gradient %*% covariances[[kind]] %*% gradient))))
    }
  }
}

cat("data,weighted,column,what,value\n")
shares <- read.csv("shares.csv")
panel <- read.csv("../linear/panel.csv")
panel$y <- round(plogis((panel$y - 3) / 2), 6)
for (weighted in c(FALSE, TRUE)) {
  answers("shares", shares, y ~ x1 + x2 + factor(time), weighted)
  answers("panel", panel, y ~ x1 + x2 + x3, weighted)
}
