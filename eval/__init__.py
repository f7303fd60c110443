"""The offline evaluation: cases, metrics, statistics, runner, gate and reports. No key, no network."""
