-- Months from time zero to the first month without benefits, counted: all that a curve of the Kaplan-Meier kind needs.
-- In:  islands (person, first_month, last_month)
--      cohort (person, person_group, zero_month, followed_from, followed_to), zero_month <= followed_from
-- Out: person_group, entry_k, exit_k, event, n
-- Only who is on benefits from zero_month until followed_from at the least is at risk, in the months (entry_k, exit_k]
-- after zero_month. event 1: exit_k is the first month without benefits; 0: still on in the last month followed.
WITH stays AS (
    SELECT cohort.person_group,
        cohort.followed_from - cohort.zero_month AS entry_k,
        CASE WHEN islands.last_month < cohort.followed_to THEN islands.last_month + 1 ELSE cohort.followed_to END
            - cohort.zero_month AS exit_k,
        CASE WHEN islands.last_month < cohort.followed_to THEN 1 ELSE 0 END AS event
    FROM cohort
    INNER JOIN islands ON islands.person = cohort.person
    WHERE islands.first_month <= cohort.zero_month
        AND islands.last_month >= cohort.followed_from
        AND cohort.followed_from <= cohort.followed_to
)
SELECT person_group, entry_k, exit_k, event, COUNT(*) AS n
FROM stays
GROUP BY person_group, entry_k, exit_k, event
ORDER BY person_group, entry_k, exit_k, event
