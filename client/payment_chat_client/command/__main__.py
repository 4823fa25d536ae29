from payment_chat_client.command.app import app

app(prog_name="payment-chat")
