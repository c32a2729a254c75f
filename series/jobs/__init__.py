"""What machines do: check files, publish at the time, write what other machines read."""
