# What NHSRplotthedots says of cases.csv: limits, and each rule by itself.
#
# Run from this folder, naming a checkout of github.com/nhs-r-community/NHSRplotthedots:
#   Rscript make_answers.R CHECKOUT > answers.csv
# The tests read answers.csv and need no R. Written with R 4.2.2, dplyr 1.0.10, and the package's files
# R/ptd_spc_standard.R at commit 8aac323 and R/ptd_calculate_point_type.R at commit f7891af: the functions that are called
# here, as they stand, but for `.default =` in a case_when, which dplyr knows from 1.1 on and which became `TRUE ~`.

suppressMessages({
  library(dplyr)
  library(rlang)
})
checkout <- commandArgs(trailingOnly = TRUE)[[1]]
source(file.path(checkout, "R", "ptd_spc_standard.R"))
source(file.path(checkout, "R", "ptd_calculate_point_type.R"))

cases <- read.csv("cases.csv", stringsAsFactors = FALSE)
cat("case,t,screen,mean,lower,upper,outside,trend,two_of_three,run,type\n")
for (name in unique(cases$case)) {
  one <- cases[cases$case == name, ]
  for (screen in c(TRUE, FALSE)) {
    out <- ptd_spc_standard(one, list(value_field = "value", date_field = "t", screen_outliers = screen))
    out <- out %>%
      group_by(rebase_group) %>%
      mutate(
        trend = ptd_part_of_seven_trend(ptd_seven_point_trend(y)),
        two = ptd_part_of_two_in_three(ptd_two_in_three(close_to_limits, relative_to_mean), close_to_limits),
        run = ptd_part_of_seven_trend(ptd_seven_point_one_side_mean(relative_to_mean)),
        type = ptd_special_cause_type(y, relative_to_mean, close_to_limits, outside_limits)
      ) %>%
      ungroup()
    cat(sprintf("%s,%d,%s,%.17g,%.17g,%.17g,%d,%d,%d,%d,%s\n", name, out$x, if (screen) "yes" else "no", out$mean_col,
                out$lpl, out$upl, as.integer(out$outside_limits), as.integer(out$trend), as.integer(out$two),
                as.integer(out$run), out$type), sep = "")
  }
}
