// Answers by the keyboard: a digit answers the question one is at and goes on to the next; Enter saves, n skips.
"use strict";

const form = document.getElementById("by-hand");
const questions = [...form.querySelectorAll("fieldset")];
const isAnswered = (question) => question.querySelector("input[type=radio]:checked") !== null;

// The question that has the focus, else the first open one.
function current() {
  const focused = document.activeElement.closest("fieldset");
  return focused && questions.includes(focused) ? focused : questions.find((each) => !isAnswered(each)) || questions[0];
}

function goTo(question) {
  const radio = question.querySelector("input[type=radio]:checked") || question.querySelector("input[type=radio]");
  radio.focus();
  question.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.matches("input:not([type=radio]), textarea, select");
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-5]$/.test(event.key)) {
    const question = current();
    question.querySelector(`input[value="${event.key}"]`).checked = true;
    const next = questions[questions.indexOf(question) + 1];
    if (next) goTo(next); else form.querySelector(".actions button").focus();
    event.preventDefault();
  } else if (event.key === "Enter" && event.target.matches("input[type=radio]")) {
    form.requestSubmit();
    event.preventDefault();
  } else if (event.key === "n") {
    const skip = document.getElementById("skip");
    if (skip) skip.click();
  }
});

const open = questions.find((each) => !isAnswered(each));
if (open) goTo(open);
