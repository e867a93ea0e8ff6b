# The cases of the oracles for shrinkage and funnel limits, in base R.
#
# Run from this folder: Rscript make_cases.R > cases.csv
# cases.csv is kept: the answers are made from it, and no test runs this script. Written with R 4.2.2.
#
# x events among n people in two groups.
# bcg     13 trials of BCG vaccine against tuberculosis, vaccinated and not: Colditz GA and others (1994), JAMA
#         271:698-702, as reprinted in Viechtbauer W (2010), Journal of Statistical Software 36(3), table 1.
# spread  30 invented organisations with few events, a true log ratio that differs (sd 0.5), some zeros.
# alike   12 invented organisations with one true ratio and one true rate.

bcg <- data.frame(
  set = "bcg",
  x1 = c(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
  n1 = c(123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913),
  x2 = c(11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
  n2 = c(139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854)
)

set.seed(20261121)
n <- round(exp(rnorm(30, log(2500), 0.8)))
n1 <- round(n * rbeta(30, 3, 9))
n2 <- n - n1
rate <- plogis(rnorm(30, qlogis(0.004), 0.4))
x1 <- rbinom(30, n1, pmin(1, rate * exp(rnorm(30, 0.3, 0.5))))
x2 <- rbinom(30, n2, rate)
spread <- data.frame(set = "spread", x1, n1, x2, n2)

n1 <- round(runif(12, 100, 900))
n2 <- round(runif(12, 500, 3000))
alike <- data.frame(set = "alike", x1 = rbinom(12, n1, 0.2), n1, x2 = rbinom(12, n2, 0.2), n2)

write.csv(rbind(bcg, spread, alike), row.names = FALSE, quote = FALSE)
