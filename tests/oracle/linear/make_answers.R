# Estimates, standard errors, p-values and limits of linear models.
#
# Run from this folder: Rscript make_answers.R > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2, sandwich 3.0-2, plm 2.6-2, lmtest 0.9-40.
#
# lm's fixed effects are dummies, so that its small-sample factors count every one of them ("all"); plm takes them out,
# and its type "sss" counts the slopes alone ("slopes").

suppressMessages({
  library(sandwich)
  library(lmtest)
  library(plm)
})

line <- function(program, data, model, weighted, kind, cluster, counting, fit, vcov, df, keep) {
  test <- coeftest(fit, vcov. = vcov, df = df)
  limits <- coefci(fit, vcov. = vcov, df = df)
  for (column in keep) {
    numbers <- c(test[column, 1], test[column, 2], test[column, 4], limits[column, ], df)
    cat(paste(c(program, data, model, weighted, kind, cluster, counting, column, sprintf("%.17g", numbers)), collapse = ","),
        "\n", sep = "")
  }
}

rows_of <- function(data, frame, outcome, columns, clusters) {
  right <- paste(columns, collapse = " + ")
  plain <- as.formula(paste(outcome, "~", right))
  dummies <- as.formula(paste(outcome, "~", right, "+ factor(entity) + factor(time)"))
  entities <- as.formula(paste(outcome, "~", right, "+ factor(entity)"))
  models <- list(ols = plain, entity = entities, twoway = dummies)
  for (weighted in c(FALSE, if ("w" %in% names(frame)) TRUE)) {
    for (model in names(models)) {
      frame$weight <- if (weighted) frame$w else 1
      fit <- lm(models[[model]], frame, weights = weight)
      keep <- c(if (model == "ols") "(Intercept)", columns)
      for (kind in c("HC0", "HC1", "HC3")) {
        line("lm", data, model, weighted, kind, "none", "all", fit, vcovHC(fit, type = kind), fit$df.residual, keep)
      }
      for (cluster in clusters) {
        groups <- length(unique(frame[[cluster]]))
        line("lm", data, model, weighted, "CR0", cluster, "none", fit,
             vcovCL(fit, cluster = frame[[cluster]], type = "HC0", cadjust = FALSE), groups - 1, keep)
        line("lm", data, model, weighted, "CR1", cluster, "all", fit,
             vcovCL(fit, cluster = frame[[cluster]], type = "HC1", cadjust = TRUE), groups - 1, keep)
      }
    }
  }
  fit <- plm(plain, frame, index = c("entity", "time"), model = "within", effect = "twoways")
  groups <- length(unique(frame$entity))
  line("plm", data, "twoway", FALSE, "CR0", "entity", "none", fit,
       vcovHC(fit, method = "arellano", type = "HC0", cluster = "group"), groups - 1, columns)
  line("plm", data, "twoway", FALSE, "CR1", "entity", "slopes", fit,
       vcovHC(fit, method = "arellano", type = "sss", cluster = "group"), groups - 1, columns)
}

cat("program,data,model,weighted,kind,cluster,counting,column,estimate,std_error,p_value,low,high,df\n")
rows_of("panel", read.csv("panel.csv"), "y", c("x1", "x2", "x3"), c("entity", "region", "time"))
rows_of("grunfeld", read.csv("grunfeld.csv"), "invest", c("value", "capital"), c("entity", "time"))
