value = "set before import"
import circular_b_helper

late = "set after import"


def from_b():
    return circular_b_helper.use()
