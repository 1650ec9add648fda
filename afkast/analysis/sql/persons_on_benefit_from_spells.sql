-- Persons on any benefit, month by month, straight from spells: each is clipped to the part after the months that
-- the person's earlier spells have reached, and then +1 where a part begins, -1 after it ends, and the running sum.
-- In:  spells (person, first_month, last_month)
-- Out: month_number, persons; a row where the number may change, and it holds until the next row
WITH reached AS (
    SELECT first_month, last_month,
        MAX(last_month) OVER (
            PARTITION BY person ORDER BY first_month, last_month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_month
    FROM spells
), parts AS (
    SELECT CASE WHEN reached_month >= first_month THEN reached_month + 1 ELSE first_month END AS first_month, last_month
    FROM reached
    WHERE reached_month IS NULL OR reached_month < last_month
), changes AS (
    SELECT first_month AS month_number, COUNT(*) AS change FROM parts GROUP BY first_month
    UNION ALL
    SELECT last_month + 1 AS month_number, -COUNT(*) AS change FROM parts GROUP BY last_month
), by_month AS (
    SELECT month_number, SUM(change) AS change FROM changes GROUP BY month_number
)
SELECT month_number,
    SUM(change) OVER (ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS persons
FROM by_month
ORDER BY month_number
