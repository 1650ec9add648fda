-- How many are followed and how many of them are on any benefit, k months after time zero; who returns counts again.
-- In:  islands (person, first_month, last_month)
--      cohort (person, person_group, zero_month, followed_from, followed_to)
-- Out: person_group, k, observed, on_benefit; a row where a number may change, and it holds until the group's next row
WITH stays AS (
    SELECT cohort.person_group,
        CASE WHEN islands.first_month > cohort.followed_from THEN islands.first_month ELSE cohort.followed_from END
            - cohort.zero_month AS first_k,
        CASE WHEN islands.last_month < cohort.followed_to THEN islands.last_month ELSE cohort.followed_to END
            - cohort.zero_month AS last_k
    FROM cohort
    INNER JOIN islands ON islands.person = cohort.person
    WHERE islands.first_month <= cohort.followed_to
        AND islands.last_month >= cohort.followed_from
        AND cohort.followed_from <= cohort.followed_to
), followed AS (
    SELECT person_group, followed_from - zero_month AS first_k, followed_to - zero_month AS last_k
    FROM cohort
    WHERE followed_from <= followed_to
), changes AS (
    SELECT person_group, first_k AS k, COUNT(*) AS observed, 0 AS on_benefit
    FROM followed GROUP BY person_group, first_k
    UNION ALL
    SELECT person_group, last_k + 1 AS k, -COUNT(*) AS observed, 0 AS on_benefit
    FROM followed GROUP BY person_group, last_k
    UNION ALL
    SELECT person_group, first_k AS k, 0 AS observed, COUNT(*) AS on_benefit
    FROM stays GROUP BY person_group, first_k
    UNION ALL
    SELECT person_group, last_k + 1 AS k, 0 AS observed, -COUNT(*) AS on_benefit
    FROM stays GROUP BY person_group, last_k
), by_k AS (
    SELECT person_group, k, SUM(observed) AS observed, SUM(on_benefit) AS on_benefit
    FROM changes
    GROUP BY person_group, k
)
SELECT person_group, k,
    SUM(observed) OVER (
        PARTITION BY person_group ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS observed,
    SUM(on_benefit) OVER (
        PARTITION BY person_group ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS on_benefit
FROM by_k
ORDER BY person_group, k
