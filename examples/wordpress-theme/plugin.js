// As a plug-in adds the chat to a page: a classic script that makes the element, after the page is
// there.
(function () {
  var chat = document.createElement('chataibot-widget');
  chat.setAttribute('proxy-url', 'http://127.0.0.1:8787');
  document.getElementById('chat-plugin').appendChild(chat);
})();
