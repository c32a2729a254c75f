"""What people do, by subject: one human verb each. Services check, lock, write and log; they never see a request."""
