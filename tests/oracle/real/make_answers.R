# Real published data, fitted by R: see export.py for the rows and how to run. Only what was estimated is kept.
# Written with R 4.2.2, sandwich 3.0-2, plm 2.6-2, metafor 3.8-1, lme4 1.1-31.

suppressMessages({
  library(sandwich)
  library(plm)
  library(metafor)
})
rows <- read.csv(commandArgs(trailingOnly = TRUE)[1], na.strings = "")
say <- function(fit, quantity, values) {
  cat(sprintf("%s,%s,%d,%.17g\n", fit, quantity, seq_along(values), values), sep = "")
}
cat("fit,quantity,place,value\n")

# 1. One cross-section: lm with HC3 and HC1.
now <- rows[rows$year == 2025, ]
now <- now[complete.cases(now[, c("sickness", "gap", "share", "region")]), ]
one <- lm(sickness ~ gap + share + region, now)
say("cross_section", "n", nrow(now))
say("cross_section", "coefficients", coef(one)[c("gap", "share")])
say("cross_section", "HC3", sqrt(diag(vcovHC(one, "HC3")))[c("gap", "share")])
say("cross_section", "HC1", sqrt(diag(vcovHC(one, "HC1")))[c("gap", "share")])

# 2. Two-way fixed effects with errors clustered by trust; Stata's factor by hand: K is the slopes, the year effects
# and one for the trusts, which are nested in the clusters.
long <- rows[complete.cases(rows[, c("sickness", "level", "share")]), ]
repeat {  # a trust or year of one row says nothing of a change within it
  lone <- long$trust %in% names(which(table(long$trust) == 1)) | long$year %in% names(which(table(long$year) == 1))
  if (!any(lone)) break
  long <- long[!lone, ]
}
two <- plm(sickness ~ level + share, long, index = c("trust", "year"), effect = "twoways")
n <- nrow(long)
g <- length(unique(long$trust))
k <- 2 + (length(unique(long$year)) - 1) + 1
cr0 <- vcovHC(two, method = "arellano", type = "HC0", cluster = "group")
say("two_way", "n", c(n, g))
say("two_way", "coefficients", coef(two))
say("two_way", "CR0", sqrt(diag(cr0)))
say("two_way", "CR1", sqrt(diag(cr0) * g / (g - 1) * (n - 1) / (n - k)))

# 3. Gaps between two percentages, each with the error of Agresti and Caffo: a random-effects meta-analysis.
gaps <- rows[complete.cases(rows[, c("x1", "n1", "x2", "n2")]), ]
spread <- function(x, n) { p <- (x + 1) / (n + 2); p * (1 - p) / (n + 2) }
gaps$y <- 100 * (gaps$x1 / gaps$n1 - gaps$x2 / gaps$n2)
gaps$v <- 100^2 * (spread(gaps$x1, gaps$n1) + spread(gaps$x2, gaps$n2))
fit <- rma(y, v, data = gaps, method = "REML", control = list(threshold = 1e-14, maxiter = 10000))
say("gaps", "n", nrow(gaps))
say("gaps", "mu", c(fit$beta[1], fit$se))
say("gaps", "tau2", fit$tau2)
say("gaps", "Q", fit$QE)

# 4. Funnel limits of Spiegelhalter about that mean: z winsorised at 10 % by rank, phi, and the variance between trusts.
z <- sort((gaps$y - fit$beta[1]) / sqrt(gaps$v))
q <- quantile(z, c(0.1, 0.9), type = 7)
wins <- pmin(pmax(z, q[1]), q[2])
phi <- mean(wins^2)
w <- 1 / gaps$v
tau2 <- max(0, (length(z) * phi - (length(z) - 1)) / (sum(w) - sum(w^2) / sum(w)))
say("funnel", "phi", phi)
say("funnel", "tau2", tau2)
for (name in c("R0A", "RAL", "RYJ")) {
  v <- gaps$v[gaps$trust == name]
  if (length(v)) say("funnel", name, c(qnorm(0.975), qnorm(0.999)) * sqrt(v + tau2))
}

# 5. A random intercept for each trust, with year effects: the slopes as they are, then each split in its trust's mean
# and the deviation from it. lme4 is made to search as far as arithmetic allows. A row for each trust and year that has
# all, lone ones too.
suppressMessages(library(lme4))
tight <- lmerControl(
  optimizer = "nloptwrap", calc.derivs = FALSE,
  optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-14, xtol_rel = 1e-14, ftol_abs = 1e-15, ftol_rel = 1e-15,
                 maxeval = 100000)
)
full <- rows[complete.cases(rows[, c("sickness", "level", "share")]), ]
for (column in c("level", "share")) {
  full[[paste0(column, "_mean")]] <- ave(full[[column]], full$trust)
  full[[paste0(column, "_rest")]] <- full[[column]] - full[[paste0(column, "_mean")]]
}
mixed <- function(name, formula, columns) {
  fit <- lmer(formula, full, control = tight)
  say(name, "n", c(nobs(fit), ngrps(fit)))
  say(name, "coefficients", fixef(fit)[columns])
  say(name, "errors", sqrt(diag(as.matrix(vcov(fit))))[columns])
  say(name, "variances", c(as.numeric(VarCorr(fit)$trust), sigma(fit)^2))
}
mixed("mixed", sickness ~ level + share + factor(year) + (1 | trust), c("level", "share"))
parts <- c("level_rest", "share_rest", "level_mean", "share_mean")
mixed("parts", sickness ~ level_rest + share_rest + level_mean + share_mean + factor(year) + (1 | trust), parts)

# 6. A fractional logit of the same rows, clustered by trust, and the average effects by the delta method, in percent.
logit <- glm(I(sickness / 100) ~ level + share + factor(year), quasibinomial, full,
             control = glm.control(epsilon = 1e-15, maxit = 100))
v <- vcovCL(logit, cluster = full$trust, type = "HC1", cadjust = TRUE)
x <- model.matrix(logit)
m <- fitted(logit)
effects <- sapply(c("level", "share"), function(column) {
  gradient <- colMeans(m * (1 - m) * (1 - 2 * m) * coef(logit)[column] * x)
  gradient[column] <- gradient[column] + mean(m * (1 - m))
  100 * c(mean(m * (1 - m)) * coef(logit)[[column]], sqrt(drop(gradient %*% v %*% gradient)))
})
say("fractional", "n", nrow(full))
say("fractional", "coefficients", coef(logit)[c("level", "share")])
say("fractional", "CR1", sqrt(diag(v))[c("level", "share")])
say("fractional", "effects", effects[1, ])
say("fractional", "effect_errors", effects[2, ])
