"""What every function here runs on: bounded AWS clients, the invocation's deadline, time stamps."""
