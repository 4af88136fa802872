"""`make bench`: every benchmark in turn. Numbers from one machine say little; the ratios are the claim."""

from bench import engine, ingest


def main() -> int:
    """Run the benchmarks; exit code 1 when one of them misses what it states. A miss does not stop the next one."""
    return max([ingest.main(), engine.main([])])


if __name__ == "__main__":
    raise SystemExit(main())
