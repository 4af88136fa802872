-- What changed since the run before? Lines whose class or variance differs between the last two runs of the period.
with runs as (
    select period, run_id, dense_rank() over (partition by period order by as_of desc, run_id) as age
    from analytics.discrepancy_history
    group by period, run_id, as_of
),

history as (
    select h.period, h.line_key, h.class, h.variance, r.age
    from analytics.discrepancy_history as h
    inner join runs as r on h.period = r.period and h.run_id = r.run_id
    where r.age <= 2
)

select
    coalesce(now_.line_key, before.line_key) as line_key,
    before.class as class_before,
    now_.class as class_now,
    before.variance as variance_before,
    now_.variance as variance_now
from (select * from history where age = 1) as now_
full join (select * from history where age = 2) as before
    on now_.period = before.period and now_.line_key = before.line_key
where
    exists (select 1 from history where age = 2)
    and (before.class is distinct from now_.class or before.variance is distinct from now_.variance)
order by line_key;
