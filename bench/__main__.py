"""`make bench`: every benchmark in turn. Numbers from one machine say little; the ratios are the claim."""

from bench import ingest


def main() -> None:
    """Run the benchmarks and print what each measured."""
    ingest.main()


if __name__ == "__main__":
    main()
