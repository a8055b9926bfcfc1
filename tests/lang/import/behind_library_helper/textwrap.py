raise SystemExit('the folder behind the library was asked first')
