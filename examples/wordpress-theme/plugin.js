// Adds the chat to a page as plug-ins do: a classic script that creates the element once the page
// is loaded.
(function () {
  var chat = document.createElement('chataibot-widget');
  chat.setAttribute('proxy-url', 'http://127.0.0.1:8787');
  document.getElementById('chat-plugin').appendChild(chat);
})();
