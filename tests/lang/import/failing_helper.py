print("about to fail")
raise ValueError("while importing")
