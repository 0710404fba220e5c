"""A word on a kernel that says nothing more: after a restart nobody is left who would take back that something runs."""

# A page draws the output anew whenever the kernel says something, and the time begins anew.
_STYLE = """<style>
.lockstep-silence { visibility: hidden; height: 0; overflow: hidden; animation: lockstep-silence 0s forwards; }
@keyframes lockstep-silence { to { visibility: visible; height: auto; } }
</style>"""


def silence(seconds: float) -> str:
    """HTML that shows itself if its output stays as it is for so many seconds."""
    told = f"The kernel has said nothing for {seconds:g} s. If it was restarted, or is gone, run this cell again."
    return f'{_STYLE}<div class="lockstep-silence" style="animation-delay: {seconds:g}s">{told}</div>'
