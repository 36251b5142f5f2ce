using System.Text;

namespace Rivet.Cli.Chat;

/// <summary>A key in the chat's words; the terminal's are translated at the edge.</summary>
internal readonly record struct Pressed(Press Press, Rune Letter = default);

/// <summary>Keys that mean something beside typing.</summary>
internal enum Press
{
    Letter,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Tab,
    BackTab,
    Previous,
    Next,
    Help,
    Quit,
}

/// <summary>What each key does. Gives false for what belongs to the input line.</summary>
internal sealed class ChatKeys(ChatState state)
{
    private const int Page = 10;

    /// <summary>Set when the person wants to leave.</summary>
    public bool Leaving { get; private set; }

    /// <summary>The text the input line is to show from now on; null: unchanged.</summary>
    public string? Input { get; private set; }

    public bool Press(Pressed key, string input)
    {
        Input = null;
        if (key.Press is Chat.Press.Quit)
        {
            Leaving = true;
            return true;
        }

        if (state.Mode is Mode.Help)
        {
            state.Mode = Mode.Write;
            return true;
        }

        state.Notice = "";
        if (state.Mode is Mode.ConfirmRecall)
        {
            if (key.Letter.Value is 'y' or 'Y')
            {
                state.Recall();
            }

            state.Mode = Mode.Write;
            return true;
        }

        switch (key.Press)
        {
            case Chat.Press.Help:
                state.Mode = Mode.Help;
                return true;
            case Chat.Press.Tab or Chat.Press.BackTab:
                Move(key.Press is Chat.Press.Tab ? 1 : 2);
                return true;
            case Chat.Press.Previous or Chat.Press.Next:
                state.Mark(key.Press is Chat.Press.Next ? 1 : -1);
                state.OpenMarked();
                return true;
            default:
                return state.Pane switch
                {
                    Pane.List => InList(key),
                    Pane.Messages => InMessages(key),
                    _ => InInput(key, input),
                };
        }
    }

    private void Move(int by)
    {
        state.Pane = state.Open is null ? Pane.List : (Pane)(((int)state.Pane + by) % 3);
        if (state.Pane is Pane.Messages && state.Chosen < 0)
        {
            state.Choose(-1);
        }
    }

    private bool InList(Pressed key)
    {
        switch (key.Press)
        {
            case Chat.Press.Up or Chat.Press.Down:
                state.Mark(key.Press is Chat.Press.Down ? 1 : -1);
                return true;
            case Chat.Press.PageUp or Chat.Press.PageDown:
                state.Mark(key.Press is Chat.Press.PageDown ? Page : -Page);
                return true;
            case Chat.Press.Enter:
                state.OpenMarked();
                return true;
            case Chat.Press.Letter when key.Letter.Value == '?':
                state.Mode = Mode.Help;
                return true;
            default:
                return true;
        }
    }

    private bool InMessages(Pressed key)
    {
        switch (key.Press)
        {
            case Chat.Press.Up or Chat.Press.Down:
                state.Choose(key.Press is Chat.Press.Down ? 1 : -1);
                return true;
            case Chat.Press.PageUp or Chat.Press.PageDown:
                state.Choose(key.Press is Chat.Press.PageDown ? Page : -Page);
                return true;
            case Chat.Press.Home or Chat.Press.End:
                state.Choose(key.Press is Chat.Press.End ? state.Lines : -state.Lines);
                return true;
            case Chat.Press.Escape or Chat.Press.Enter:
                state.Pane = Pane.Input;
                return true;
            default:
                Letter((char)Math.Min(key.Letter.Value, char.MaxValue));
                return true;
        }
    }

    private void Letter(char letter)
    {
        switch (char.ToLowerInvariant(letter))
        {
            case '?':
                state.Mode = Mode.Help;
                break;
            case 'r' when state.ChosenItem is { Kind: Client.TimelineKind.Post }:
                Begin(Mode.Reply, "");
                break;
            case '+' when state.ChosenItem is { Kind: Client.TimelineKind.Post }:
                Begin(Mode.React, "👍");
                break;
            case 'e' when state.IsOwn():
                Begin(Mode.Edit, state.ChosenItem!.Text);
                break;
            case 'd' when state.IsOwn():
                state.Mode = Mode.ConfirmRecall;
                break;
            case 'x':
                state.Discard();
                break;
            default:
                break;
        }
    }

    private void Begin(Mode mode, string text)
    {
        state.Mode = mode;
        state.Pane = Pane.Input;
        Input = text;
    }

    private bool InInput(Pressed key, string input)
    {
        switch (key.Press)
        {
            case Chat.Press.Enter:
                state.Submit(input);
                Input = "";
                return true;
            case Chat.Press.Escape:
                Input = state.Mode is Mode.Write ? null : "";
                state.Pane = state.Mode is Mode.Write ? Pane.List : Pane.Input;
                state.Mode = Mode.Write;
                return true;
            case Chat.Press.Up or Chat.Press.PageUp:
                state.Pane = Pane.Messages;
                state.Choose(key.Press is Chat.Press.Up ? -1 : -Page);
                return true;
            case Chat.Press.Letter when key.Letter.Value == '?' && input.Length == 0:
                state.Mode = Mode.Help;
                return true;
            default:
                return false;
        }
    }
}
