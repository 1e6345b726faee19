// Keeps <html data-settled> true while nothing is going on, for `tests.support.browser.Person.settle`.
//
// A click sends a BackMsg at once, but the run it asks for starts only when the server gets to it: until then the page
// looks as if nothing were going on. So we listen: an asked run is over when a run that began after it has finished.
(() => {
  const RERUN_SCRIPT = 11, NEW_SESSION = 4, SCRIPT_FINISHED = 6, EARLY_FOR_RERUN = 2; // numbers in Streamlit's .proto
  const QUIET = 3000; // ms
  const runs = { asked: 0, began: 0, ended: 0, stirred: 0 };
  let clock = 0;

  // The fields of a protobuf message: calls seen(number, value); value only of a varint.
  function fields(bytes, seen) {
    let at = 0;
    const varint = () => {
      let value = 0, factor = 1;
      for (;;) {
        const byte = bytes[at++];
        value += (byte & 127) * factor;
        if (byte < 128) return value;
        factor *= 128;
      }
    };
    while (at < bytes.length) {
      const tag = varint(), kind = tag % 8, number = (tag - kind) / 8;
      if (kind === 0) seen(number, varint());
      else {
        seen(number, null);
        const size = kind === 2 ? varint() : kind === 1 ? 8 : 4;
        at += size;
      }
    }
  }

  const known = new WeakSet();
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!known.has(this)) {
      known.add(this);
      this.addEventListener("message", (event) => {
        runs.stirred = performance.now();
        if (event.data instanceof ArrayBuffer)
          fields(new Uint8Array(event.data), (number, value) => {
            if (number === NEW_SESSION) runs.began = ++clock;
            if (number === SCRIPT_FINISHED && value !== EARLY_FOR_RERUN) runs.ended = ++clock;
          });
      });
    }
    if (data instanceof Uint8Array)
      fields(data, (number) => {
        if (number !== RERUN_SCRIPT) return;
        runs.asked = ++clock;
        runs.stirred = performance.now();
        tell();
      });
    return send.call(this, data);
  };

  function settled() {
    const app = document.querySelector("[data-testid=stApp]");
    return (
      app !== null &&
      app.dataset.testConnectionState === "CONNECTED" &&
      app.dataset.testScriptState === "notRunning" &&
      document.querySelector("[data-testid=stSkeleton]") === null &&
      runs.asked > 0 &&
      // Two asked for at once may be answered by one run that had begun: then silence has to do.
      ((runs.asked < runs.began && runs.began < runs.ended) || performance.now() - runs.stirred > QUIET)
    );
  }

  function tell() {
    const told = String(settled()), root = document.documentElement;
    if (root && root.dataset.settled !== told) root.dataset.settled = told;
  }

  setInterval(tell, 20);
})();
