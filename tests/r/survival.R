# What R says of persons.csv and spells.csv: Rscript tests/r/survival.R writes survival.csv beside this file.
# R 4.2.2 with survival 3.5-3 and etm 1.1.1.
library(survival)
library(etm)

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
d <- read.csv(file.path(here, "persons.csv"))
s <- read.csv(file.path(here, "spells.csv"))
found <- data.frame()
keep <- function(quantity, time, value) {
  found <<- rbind(found, data.frame(quantity, time, value = signif(as.vector(value), 12)))
}
curve <- function(name, fit) {
  of <- summary(fit, censored = TRUE)
  keep(paste0(name, " survival"), of$time, of$surv)
  keep(paste0(name, " error"), of$time, of$std.err)
  keep(paste0(name, " lower"), of$time, of$lower)
  keep(paste0(name, " upper"), of$time, of$upper)
}

late <- Surv(d$entry, d$exit, d$cause > 0)
plain <- Surv(d$exit, d$cause > 0)
for (type in c("plain", "log", "log-log")) curve(paste("late", type), survfit(late ~ 1, conf.type = type))
keep("late at risk", survfit(late ~ 1)$time, survfit(late ~ 1)$n.risk)
curve("late from 8", survfit(late ~ 1, conf.type = "log-log", start.time = 8))
curve("weighted", survfit(plain ~ 1, weights = weight, data = d, robust = TRUE, conf.type = "log-log"))
curve("by person", survfit(late ~ 1, weights = weight, data = d, cluster = person, conf.type = "log-log"))

keep("log-rank", 0, survdiff(plain ~ group, data = d)$chisq)
keep("log-rank strata", 0, survdiff(plain ~ group + strata(stratum), data = d)$chisq)
keep("log-rank late", 0, coxph(late ~ factor(group), data = d, ties = "exact")$score)
keep("log-rank late strata", 0, coxph(late ~ factor(group) + strata(stratum), data = d, ties = "exact")$score)
for (ties in c("efron", "breslow")) {
  keep(paste("robust", ties), 0,
       coxph(late ~ factor(group), data = d, weights = weight, cluster = person, ties = ties)$rscore)
  keep(paste("robust strata", ties), 0,
       coxph(plain ~ factor(group) + strata(stratum), data = d, weights = weight, robust = TRUE, ties = ties)$rscore)
}

states <- function(name, fit, order) {
  for (k in seq_along(order)) {
    j <- match(order[k], fit$states)
    keep(paste(name, "share", k - 1), fit$time, fit$pstate[, j])
    keep(paste(name, "error", k - 1), fit$time, fit$std.err[, j])
    keep(paste(name, "lower", k - 1), fit$time, fit$lower[, j])
    keep(paste(name, "upper", k - 1), fit$time, fit$upper[, j])
  }
}
d$cause <- factor(d$cause)
states("causes", survfit(Surv(exit, cause) ~ 1, data = d, conf.type = "log"), c("(s0)", "1", "2"))
states("causes weighted", survfit(Surv(entry, exit, cause) ~ 1, data = d[-(1:3), ], id = seq_len(nrow(d) - 3), weights = weight,
                                  conf.type = "log-log"), c("(s0)", "1", "2"))

s$event <- factor(ifelse(s$to == s$origin, 0, s$to + 1), 0:3, c("none", "s0", "s1", "s2"))
s$from <- factor(s$origin, 0:2, c("s0", "s1", "s2"))
# influence = TRUE, as without it this version leaves out that P(0) is estimated
return <- survfit(Surv(entry, exit, event) ~ 1, istate = from, id = person, data = s, influence = TRUE, conf.type = "log")
states("return", return, c("s0", "s1", "s2"))
states("return weighted", survfit(Surv(entry, exit, event) ~ 1, istate = from, id = person, weights = weight, data = s,
                                  influence = TRUE, conf.type = "log"), c("s0", "s1", "s2"))
moves <- matrix(TRUE, 3, 3)
diag(moves) <- FALSE
moves[3, ] <- FALSE
code <- ifelse(s$to == s$origin, "cens", s$to)
of <- etm(data.frame(id = s$person, from = s$origin, to = code, entry = s$entry, exit = s$exit), c("0", "1", "2"), moves, "cens", s = 0)
for (k in 0:2) {
  keep(paste("greenwood share", k), of$time, of$est[1, k + 1, ])
  keep(paste("greenwood error", k), of$time, sqrt(pmax(of$cov[paste("0", k), paste("0", k), ], 0)))
}

write.csv(found, file.path(here, "survival.csv"), row.names = FALSE, quote = FALSE)
