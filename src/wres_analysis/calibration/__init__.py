"""Do the tests keep their promises? Each model on made-up trusts whose truth is known, many times over."""
