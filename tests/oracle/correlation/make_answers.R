# Correlations with intervals and p-values.
#
# Run from this folder: Rscript make_answers.R
# The tests read panel.csv and answers.csv and need no R. Written with R 4.2.2 (base only).
#
# cars: mtcars, of R's datasets. plants: CO2, of R's datasets, 12 plants in 7 concentrations. panel: made here, 30 trusts
# in 5 years with gaps, written to panel.csv. Partial correlations are made twice, from residuals of lm and from
# the inverse of the covariance matrix, which must agree. Within: residuals of lm on dummies, and a sandwich by trust.

options(digits = 17)
cat("data,kind,x,y,covariates,estimate,low,high,p_value,n\n", file = "answers.csv")
line <- function(data, kind, x, y, covariates, numbers) {
  cat(paste(c(data, kind, x, y, covariates, sprintf("%.17g", numbers)), collapse = ","), "\n", sep = "",
      file = "answers.csv", append = TRUE)
}

plain <- function(data, frame, x, y) {
  test <- cor.test(frame[[x]], frame[[y]])
  line(data, "pearson", x, y, "", c(test$estimate, test$conf.int, test$p.value, nrow(frame)))
  n <- nrow(frame)
  rho <- cor(frame[[x]], frame[[y]], method = "spearman")
  error <- sqrt((1 + rho^2 / 2) / (n - 3))
  limits <- tanh(atanh(rho) + c(-1, 1) * qnorm(0.975) * error)
  p <- suppressWarnings(cor.test(frame[[x]], frame[[y]], method = "spearman", exact = FALSE)$p.value)
  line(data, "spearman", x, y, "", c(rho, limits, p, n))
}

partly <- function(data, frame, x, y, covariates) {
  right <- paste(covariates, collapse = " + ")
  model <- model.matrix(as.formula(paste("~", right)), frame)
  r <- cor(lm.fit(model, frame[[x]])$residuals, lm.fit(model, frame[[y]])$residuals)
  inverse <- solve(cov(cbind(frame[[x]], frame[[y]], model[, -1])))
  stopifnot(abs(r + inverse[1, 2] / sqrt(inverse[1, 1] * inverse[2, 2])) < 1e-10)
  n <- nrow(frame)
  k <- ncol(model) - 1
  limits <- tanh(atanh(r) + c(-1, 1) * qnorm(0.975) / sqrt(n - k - 3))
  t <- r * sqrt((n - k - 2) / (1 - r^2))
  line(data, "partial", x, y, right, c(r, limits, 2 * pt(-abs(t), n - k - 2), n))
}

inside <- function(data, frame, x, y, entity, time) {
  right <- paste(sprintf("factor(%s)", c(entity, time)), collapse = " + ")
  a <- residuals(lm(as.formula(paste(x, "~", right)), frame))
  b <- residuals(lm(as.formula(paste(y, "~", right)), frame))
  n <- length(a)
  r <- sum(a * b) / sqrt(sum(a^2) * sum(b^2))
  a <- a / sqrt(mean(a^2))
  b <- b / sqrt(mean(b^2))
  u <- tapply(a * b - r * (a^2 + b^2) / 2, frame[[entity]], sum)
  groups <- length(u)
  parameters <- 1 + (if (length(time)) length(unique(frame[[time]])) - 1 else 0) + 1
  factor <- groups / (groups - 1) * (n - 1) / (n - parameters)
  error <- sqrt(factor * sum(u^2)) / n / (1 - r^2)
  limits <- tanh(atanh(r) + c(-1, 1) * qt(0.975, groups - 1) * error)
  p <- 2 * pt(-abs(atanh(r) / error), groups - 1)
  line(data, "within", x, y, paste(c(entity, time), collapse = " + "), c(r, limits, p, n))
}

set.seed(20261121)
panel <- expand.grid(year = 2019:2023, trust = sprintf("R%02d", 1:30))
level <- rnorm(30)[as.integer(panel$trust)]
shock <- rnorm(5)[panel$year - 2018]
panel$share <- 20 + 4 * level + rnorm(150)
panel$region <- c("London", "Midlands", "North")[1 + as.integer(panel$trust) %% 3]
panel$gap <- 8 + 2 * level + shock + rnorm(150)
panel$score <- 7 - 0.1 * panel$gap - 0.2 * level + 0.3 * shock + rnorm(150, sd = 0.3)
panel <- panel[-sample(150, 17), ]
write.csv(format(panel, digits = 17), "panel.csv", row.names = FALSE, quote = FALSE)
write.csv(mtcars, "cars.csv", row.names = FALSE)
write.csv(data.frame(CO2)[, c("Plant", "conc", "uptake")], "plants.csv", row.names = FALSE, quote = FALSE)

panel <- read.csv("panel.csv", strip.white = TRUE)
plain("cars", mtcars, "mpg", "wt")
plain("cars", mtcars, "qsec", "gear")
partly("cars", mtcars, "mpg", "qsec", c("wt", "hp", "factor(cyl)"))
last <- panel[panel$year == 2023, ]
plain("panel", last, "gap", "score")
partly("panel", last, "gap", "score", c("share", "region"))
inside("panel", panel, "gap", "score", "trust", "year")
inside("panel", panel, "gap", "score", "trust", NULL)
inside("plants", data.frame(CO2), "conc", "uptake", "Plant", NULL)
