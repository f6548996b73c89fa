"""What staff can do here that is not another module's act."""
