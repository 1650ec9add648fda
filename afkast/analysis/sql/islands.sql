-- Spells to islands: each person's unbroken stretches of months on any benefit, disjoint and in no order.
-- In:  spells (person, first_month, last_month)     Out: person, first_month, last_month
-- The longest spell of each first month goes on alone, so rows that repeat cannot disturb the windows.
-- Stretches that overlap or touch (end in May, begin in June) become one.
WITH starts AS (
    SELECT person, first_month, MAX(last_month) AS last_month
    FROM spells
    GROUP BY person, first_month
), reached AS (
    SELECT person, first_month, last_month,
        MAX(last_month) OVER (
            PARTITION BY person ORDER BY first_month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_month
    FROM starts
), numbered AS (
    SELECT person, first_month, last_month,
        SUM(CASE WHEN first_month > reached_month + 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY person ORDER BY first_month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM reached
)
SELECT person, MIN(first_month) AS first_month, MAX(last_month) AS last_month
FROM numbered
GROUP BY person, island
