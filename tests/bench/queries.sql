-- SQLite as a benchmark; @ is the number of units.
CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @ * 700) INSERT INTO t SELECT i, i * 7919 % 10007, 'name ' || (i * 31 % 5000), i / 7.0 FROM n;
COMMIT;
CREATE INDEX t_a ON t(a);
CREATE INDEX t_b ON t(b, c);
SELECT count(*), sum(a), max(b), round(avg(c), 3) FROM t;
SELECT b, count(*), round(sum(c), 2) FROM t WHERE a BETWEEN 100 AND 3000 GROUP BY b ORDER BY 2 DESC, 1 LIMIT 5;
SELECT count(*) FROM t x JOIN t y ON y.a = x.a + 1 WHERE x.id % 7 = 0;
SELECT count(*) FROM t WHERE b LIKE '%99%' OR b GLOB 'name 1?3*';
UPDATE t SET c = c * 2 WHERE a % 3 = 0;
SELECT a, sum(c) OVER (PARTITION BY a % 10 ORDER BY id) AS s FROM t ORDER BY s DESC, a LIMIT 3;
DELETE FROM t WHERE id % 2 = 0;
SELECT count(*), round(total(c), 2), group_concat(DISTINCT a % 5) FROM t;
