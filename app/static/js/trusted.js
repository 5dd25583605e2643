/**
 * The one Trusted Types policy of the registry, named `default`: it is asked whenever a library puts a string into
 * the page. Markup that could run is refused, a script may come from this origin only. Our own modules put text only.
 */
const RUNS = /<\s*\/?\s*(script|iframe|object|embed|base|meta|link)\b|[\s"'/]on[a-z]+\s*=|javascript\s*:/i;

if (window.trustedTypes && window.trustedTypes.createPolicy && !window.trustedTypes.defaultPolicy) {
  window.trustedTypes.createPolicy("default", {
    createHTML(markup) {
      if (RUNS.test(markup)) {
        throw new TypeError("markup that could run was refused");
      }
      return markup;
    },
    createScriptURL(address) {
      if (new URL(address, document.baseURI).origin !== window.location.origin) {
        throw new TypeError("a script of another origin was refused");
      }
      return address;
    },
  });
}
