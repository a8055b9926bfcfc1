import circular_a_helper

print("b sees", circular_a_helper.value, hasattr(circular_a_helper, "late"))


def use():
    return circular_a_helper.late
