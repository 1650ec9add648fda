-- How many came onto benefits and how many left, month by month: those on benefit in the month and not in the month
-- before, and those on benefit in the month before and not in the month.
-- In:  islands (person, first_month, last_month)
-- Out: month_number, inflow, outflow; a month without a row has neither
WITH changes AS (
    SELECT first_month AS month_number, COUNT(*) AS inflow, 0 AS outflow FROM islands GROUP BY first_month
    UNION ALL
    SELECT last_month + 1 AS month_number, 0 AS inflow, COUNT(*) AS outflow FROM islands GROUP BY last_month
)
SELECT month_number, SUM(inflow) AS inflow, SUM(outflow) AS outflow
FROM changes
GROUP BY month_number
ORDER BY month_number
