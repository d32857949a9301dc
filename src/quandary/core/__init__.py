"""The floor everything stands on: values and rules. No I/O, no clock, no globals."""
