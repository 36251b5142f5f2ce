using Rivet.Kernel;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace Rivet.Cli.Chat;

/// <summary>The full screen: a canvas that shows what the painter made, and one input line over it.</summary>
internal sealed class ChatScreen : Runnable
{
    private static readonly Color Ground = new(0x16, 0x18, 0x1B);
    private readonly ChatState state;
    private readonly ChatPainter painter;
    private readonly ChatKeys keys;
    private readonly TextField input = new() { CanFocus = true };

    private ChatScreen(ChatState state, Words words)
    {
        this.state = state;
        painter = new ChatPainter(state, words, TimeZoneInfo.Local);
        keys = new ChatKeys(state);
        CanFocus = true;
        (Width, Height) = (Dim.Fill(), Dim.Fill());
        var ink = Look(Ink.Plain);
        SetScheme(new Scheme(ink));
        input.SetScheme(new Scheme(ink) { Focus = ink, Editable = ink, HotFocus = ink, HotNormal = ink });
        input.KeyDown += (_, key) => key.Handled = key.Handled || Press(key);
        Add(input);
    }

    /// <summary>Shows the screen until the person leaves or <paramref name="ct"/> stops it.</summary>
    public static void Run(Session session, ConversationId? first, CancellationToken ct)
    {
        var state = new ChatState(session.Client, session.Names, session.Words);
        if (first is { } open)
        {
            state.OpenConversation(open);
        }

        using var app = Application.Create();
        app.Init();
        using var screen = new ChatScreen(state, session.Words);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var stopped = stop.Token.Register(() => app.Invoke(() => app.RequestStop()));
        var watching = screen.WatchAsync(app, session, stop.Token);
        screen.Arrange();
        app.Run(screen);
        stop.Cancel();
        watching.Wait(CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override bool OnKeyDown(Key key) => Press(key);

    /// <inheritdoc/>
    protected override bool OnDrawingContent(DrawContext? context)
    {
        var (width, height) = (Viewport.Width, Viewport.Height);
        if (width < 40 || height < 10)
        {
            return true;
        }

        var row = 0;
        foreach (var spans in painter.Paint(width, height))
        {
            var column = 0;
            foreach (var span in spans)
            {
                SetAttribute(Look(span.Ink));
                AddStr(column, row, span.Text);
                column += Columns.Of(span.Text);
            }

            row++;
        }

        return true;
    }

    private bool Press(Key key)
    {
        if (Translate(key) is not { } pressed || !keys.Press(pressed, input.Text))
        {
            return false;
        }

        if (keys.Leaving)
        {
            App?.RequestStop();
            return true;
        }

        Arrange();
        if (keys.Input is { } text)
        {
            // After the focus, which selects everything: typing must add to the text, not replace it.
            input.Text = text;
            input.ClearAllSelection();
            input.InsertionPoint = text.Length;
        }

        return true;
    }

    /// <summary>Puts the input line where the painter left room, and the focus where the state says.</summary>
    private void Arrange()
    {
        var writing = state.Open is not null && state.Mode is not Mode.Help;
        input.Visible = writing;
        input.X = Pos.Func(_ => ChatPainter.ListWidth(Viewport.Width) + 4);
        input.Y = Pos.AnchorEnd(2);
        input.Width = Dim.Fill(1);
        if (writing && state.Pane is Pane.Input && state.Mode is not Mode.ConfirmRecall)
        {
            input.CanFocus = true;
            input.SetFocus();
        }
        else
        {
            input.CanFocus = false;
            SetFocus();
        }

        SetNeedsDraw();
    }

    /// <summary>Brings what changes in the home onto the screen, at most some twenty times a second.</summary>
    private async Task WatchAsync(IApplication app, Session session, CancellationToken ct)
    {
        try
        {
            var seen = -1L;
            while (true)
            {
                seen = await session.Client.ChangedAsync(seen, ct);
                app.Invoke(() =>
                {
                    state.Reload();
                    Arrange();
                });
                await Task.Delay(50, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The screen is closing.
        }
    }

    private static Pressed? Translate(Key key)
    {
        if (key == Key.Q.WithCtrl || key == Key.C.WithCtrl)
        {
            return new Pressed(Chat.Press.Quit);
        }

        if (key == Key.CursorUp.WithAlt || key == Key.CursorDown.WithAlt)
        {
            return new Pressed(key == Key.CursorUp.WithAlt ? Chat.Press.Previous : Chat.Press.Next);
        }

        (Key Key, Press Press)[] known =
        [
            (Key.CursorUp, Chat.Press.Up), (Key.CursorDown, Chat.Press.Down), (Key.PageUp, Chat.Press.PageUp), (Key.PageDown, Chat.Press.PageDown),
            (Key.Home, Chat.Press.Home), (Key.End, Chat.Press.End), (Key.Enter, Chat.Press.Enter), (Key.Esc, Chat.Press.Escape),
            (Key.Tab, Chat.Press.Tab), (Key.Tab.WithShift, Chat.Press.BackTab), (Key.F1, Chat.Press.Help),
        ];
        foreach (var (one, press) in known)
        {
            if (key == one)
            {
                return new Pressed(press);
            }
        }

        return key is { IsCtrl: false, IsAlt: false } && key.AsRune.Value >= ' ' ? new Pressed(Chat.Press.Letter, key.AsRune) : null;
    }

    private static Attribute Look(Ink ink) => ink switch
    {
        Ink.Quiet => new Attribute(new Color(0x9A, 0xA1, 0xA8), Ground),
        Ink.Accent => new Attribute(new Color(0xE0, 0x8A, 0x57), Ground),
        Ink.Strong => new Attribute(new Color(0xE8, 0xE9, 0xEA), Ground, TextStyle.Bold),
        Ink.Passing => new Attribute(new Color(0x5C, 0xB8, 0x84), Ground),
        Ink.Failing => new Attribute(new Color(0xF2, 0x85, 0x7D), Ground),
        Ink.Chosen => new Attribute(Ground, new Color(0xE0, 0x8A, 0x57)),
        Ink.Line => new Attribute(new Color(0x2E, 0x32, 0x38), Ground),
        _ => new Attribute(new Color(0xE8, 0xE9, 0xEA), Ground),
    };
}
