-- Persons on any benefit, month by month: +1 where an island begins, -1 after it ends, and the running sum.
-- In:  islands (person, first_month, last_month)
-- Out: month_number, persons; a row where the number may change, and it holds until the next row
WITH changes AS (
    SELECT first_month AS month_number, COUNT(*) AS change FROM islands GROUP BY first_month
    UNION ALL
    SELECT last_month + 1 AS month_number, -COUNT(*) AS change FROM islands GROUP BY last_month
), by_month AS (
    SELECT month_number, SUM(change) AS change FROM changes GROUP BY month_number
)
SELECT month_number,
    SUM(change) OVER (ORDER BY month_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS persons
FROM by_month
ORDER BY month_number
