namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>The expressions directly inside an expression.</summary>
internal static class SyntaxChildren
{
    public static IEnumerable<SyntaxNode> Of(SyntaxNode? node)
    {
        IEnumerable<SyntaxNode?> children = node switch
        {
            FieldSyntax field => [field.Target],
            IndexSyntax index => [index.Target, index.Key],
            SliceSyntax slice => [slice.Target, slice.From, slice.To],
            IterateSyntax iterate => [iterate.Target],
            InterpolationSyntax interpolation => interpolation.Parts,
            ArraySyntax array => [array.Body],
            ObjectSyntax obj => [.. obj.Keys, .. obj.Values],
            CallSyntax call => call.Arguments,
            PipeSyntax pipe => [pipe.Left, pipe.Right],
            CommaSyntax comma => comma.Items,
            BinarySyntax binary => [binary.Left, binary.Right],
            AssignSyntax assign => [assign.Left, assign.Right],
            NegateSyntax negate => [negate.Operand],
            TrySyntax attempt => [attempt.Body, attempt.Handler],
            IfSyntax choice => [choice.Condition, choice.Then, choice.Otherwise],
            BindSyntax bind => [bind.Source, .. bind.Patterns, bind.Body],
            ReduceSyntax reduce => [reduce.Source, reduce.Pattern, reduce.Initial, reduce.Update],
            ForeachSyntax each => [each.Source, each.Pattern, each.Initial, each.Update, each.Extract],
            FunctionSyntax function => [function.Body, function.Rest],
            LabelSyntax label => [label.Body],
            ArrayPattern array => array.Items,
            ObjectPattern obj => obj.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
            _ => [],
        };
        foreach (var child in children)
        {
            if (child is not null)
            {
                yield return child;
            }
        }
    }
}
