"""How good a model is, with intervals: figures, calibration, comparison, gauges."""
