# Linear mixed models: estimates, standard errors, Satterthwaite's degrees of freedom, variances, likelihoods, sandwiches.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, clubSandwich 0.5.8.
#
# lme4 stops early by default; it is made to go on as far as arithmetic allows.

suppressMessages({
  library(lme4)
  library(lmerTest)
  library(clubSandwich)
})

tight <- lmerControl(
  optimizer = "nloptwrap", calc.derivs = FALSE, check.conv.singular = "ignore",
  optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-14, xtol_rel = 1e-14, ftol_abs = 1e-15, ftol_rel = 1e-15,
                 maxeval = 100000)
)

line <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
digits <- function(x) sprintf("%.17g", x)

answers <- function(data, frame, formula, model, weighted, reml) {
  fit <- if (weighted) lmerTest::lmer(formula, frame, weights = w, REML = reml, control = tight)
         else lmerTest::lmer(formula, frame, REML = reml, control = tight)
  head <- c(data, model, weighted, reml)
  table <- coef(summary(fit))
  for (column in rownames(table)) {
    for (what in c("Estimate", "Std. Error", "df")) line(head, column, gsub("[. ]", "", what), digits(table[column, what]))
  }
  if (model == "intercept" && !weighted && reml) {
    for (kind in c("CR0", "CR1S")) {
      errors <- sqrt(diag(as.matrix(vcovCR(fit, cluster = frame$entity, type = kind))))
      for (column in names(errors)) line(head, column, kind, digits(errors[[column]]))
    }
  }
  variances <- VarCorr(fit)$entity
  for (i in seq_len(nrow(variances))) for (j in seq_len(i)) {
    line(head, paste0("group", i, j), "Variance", digits(variances[i, j]))
  }
  line(head, "residual", "Variance", digits(sigma(fit)^2))
  line(head, "model", "LogLikelihood", digits(as.numeric(logLik(fit))))
}

cat("data,model,weighted,reml,column,what,value\n")
panel <- read.csv("../linear/panel.csv")
grunfeld <- read.csv("../linear/grunfeld.csv")
slopes <- read.csv("slopes.csv")
for (reml in c(TRUE, FALSE)) {
  answers("grunfeld", grunfeld, invest ~ value + capital + factor(time) + (1 | entity), "intercept", FALSE, reml)
  for (weighted in c(FALSE, TRUE)) {
    answers("panel", panel, y ~ x1 + x2 + x3 + factor(time) + (1 | entity), "intercept", weighted, reml)
    answers("slopes", slopes, y ~ x1 + x2 + (1 | entity), "intercept", weighted, reml)
    answers("slopes", slopes, y ~ x1 + x2 + (1 + x1 | entity), "slope", weighted, reml)
  }
}
