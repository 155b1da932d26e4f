"""What plugin authors test their implementations with; needs nothing but smtf itself."""
