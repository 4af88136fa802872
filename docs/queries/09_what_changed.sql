-- What changed since the run before? Lines whose class or variance differs between the last two runs of the period.
with runs as (
    select distinct run_id, dense_rank() over (order by run_id desc) as age from analytics.discrepancy_history
)

select now_.line_key, before.class as class_before, now_.class as class_now, before.variance as variance_before,
    now_.variance as variance_now
from analytics.discrepancy_history as now_
inner join runs as r on now_.run_id = r.run_id and r.age = 1
left join (
    select h.* from analytics.discrepancy_history as h inner join runs as r2 on h.run_id = r2.run_id and r2.age = 2
) as before on now_.line_key = before.line_key and now_.period = before.period
where before.class is distinct from now_.class or before.variance is distinct from now_.variance
order by now_.line_key;
