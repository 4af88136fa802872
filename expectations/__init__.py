"""What a raw table must look like before it is trusted: Great Expectations suites. No Dagster, no file access."""
